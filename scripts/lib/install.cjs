'use strict';
const fs = require('node:fs');
const crypto = require('node:crypto');
const { inRoot } = require('./paths.cjs');
const { withLock } = require('./lock.cjs');
const { runLogged } = require('./run-logged.cjs');
const { startProgress } = require('./progress.cjs');

const stampFile = inRoot('node_modules', '.longhaul-install');

/** Makes node_modules match package-lock.json; does nothing (in about 1 ms) when the stamp says that it does. */
async function install() {
  if (isStamped()) return;
  await withLock('install', installUnlocked, (pid) =>
    console.error(`Another process (${pid}) is installing; waiting for it …`),
  );
}

async function installUnlocked() {
  if (isStamped()) return;
  if (!matchesLock()) await npmCi();
  fs.writeFileSync(stampFile, lockHash());
}

async function npmCi() {
  const done = startProgress('Installing dependencies (npm ci)');
  // Development dependencies are needed even under NODE_ENV=production: the build uses them.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  try {
    await runLogged('install', ...npmCommand(args));
    done();
  } catch (error) {
    done('failed');
    throw error;
  }
}

/** The npm that started us, if one did: another one on PATH may be a different version. */
function npmCommand(args) {
  const npm = process.env.npm_execpath;
  return npm && /\.c?js$/.test(npm) ? [process.execPath, [npm, ...args]] : ['npm', args];
}

function lockHash() {
  return crypto
    .createHash('sha256')
    .update(fs.readFileSync(inRoot('package-lock.json')))
    .digest('hex');
}

function isStamped() {
  return fs.existsSync(stampFile) && fs.readFileSync(stampFile, 'utf8') === lockHash();
}

/** Whether somebody ran `npm ci` by hand: npm's own record of the folder then lists the lock's versions. */
function matchesLock() {
  const record = inRoot('node_modules', '.package-lock.json');
  if (!fs.existsSync(record)) return false;
  const installed = packagesOf(record);
  return Object.entries(packagesOf(inRoot('package-lock.json'))).every(
    ([name, wanted]) =>
      name === '' || (installed[name] ? installed[name].version === wanted.version : wanted.optional === true),
  );
}

function packagesOf(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8')).packages ?? {};
}

module.exports = { install };
