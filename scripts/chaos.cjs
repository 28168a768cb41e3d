'use strict';
require('./lib/node-version.cjs').checkNodeVersion();
const { inRoot } = require('./lib/paths.cjs');
const { install } = require('./lib/install.cjs');
const { registerTypeScript } = require('./lib/run-typescript.cjs');
const { build } = require('./build.cjs');

/** Installs and builds what is missing, then runs tests/chaos/harness/main.ts in this process. */
async function main() {
  await install();
  await build();
  registerTypeScript();
  require(inRoot('tests', 'chaos', 'harness', 'main.ts'));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
