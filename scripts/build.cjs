'use strict';
require('./lib/node-version.cjs').checkNodeVersion();
const fs = require('node:fs');
const path = require('node:path');
const { inRoot } = require('./lib/paths.cjs');
const { withLock } = require('./lib/lock.cjs');
const { runLogged } = require('./lib/run-logged.cjs');
const { startProgress } = require('./lib/progress.cjs');
const { fingerprint } = require('./lib/fingerprint.cjs');

/** Where each step writes down what it was made from. */
const steps = {
  compile: {
    stamp: inRoot('dist', '.compiled'),
    inputs: ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
  },
  bundle: {
    stamp: inRoot('dist', '.bundled'),
    inputs: ['src/workflows', 'src/contracts', 'src/domain', 'package-lock.json'],
  },
};

/** Only for programs that depend on the package: nobody who starts the stack waits for it (9 s). */
const types = {
  stamp: inRoot('dist', '.typed'),
  inputs: ['src', 'tsconfig.json', 'tsconfig.build.json', 'tsconfig.types.json', 'package-lock.json'],
};

/** Compiles `src` to `dist` and bundles the workflows; skips what is up to date. @throws Error with the tool's output. */
async function build() {
  if (Object.values(steps).every(isCurrent)) return;
  await withLock('build', buildUnlocked, waiting);
}

function waiting(pid) {
  console.error(`Another process (${pid}) is building; waiting for it …`);
}

/** What `npm run build` makes: the programs, and the declarations of the package's exports. @throws as `build` */
async function buildPackage() {
  await build();
  await withLock('build', () => runStep('Declaring types', types, declare), waiting);
}

async function buildUnlocked() {
  await runStep('Compiling', steps.compile, compile);
  await runStep('Bundling workflows', steps.bundle, bundle);
}

async function runStep(title, step, work) {
  if (isCurrent(step)) return;
  const print = fingerprint(step.inputs); // before the work: an edit during it makes the next build run again
  fs.rmSync(step.stamp, { force: true }); // a failure followed by an undo must not look current
  const done = startProgress(title);
  try {
    await work();
  } catch (error) {
    done('failed');
    throw error;
  }
  fs.writeFileSync(step.stamp, print);
  done();
}

function isCurrent({ stamp, inputs }) {
  return fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === fingerprint(inputs);
}

/** In programs of their own: the compiler and the bundler keep 100 MB that the supervisor should not carry. */
async function compile() {
  fs.mkdirSync(inRoot('dist'), { recursive: true });
  await runLogged('compile', process.execPath, [path.join(__dirname, 'lib', 'compile.cjs')]);
}

async function bundle() {
  await runLogged('bundle', process.execPath, [path.join(__dirname, 'lib', 'bundle-workflows.cjs')]);
}

async function declare() {
  const tsc = require.resolve('typescript/bin/tsc');
  await runLogged('types', process.execPath, [tsc, '-p', 'tsconfig.types.json']);
}

module.exports = { build, buildPackage };

if (require.main === module) {
  buildPackage().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
