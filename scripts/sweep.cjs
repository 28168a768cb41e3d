'use strict';
require('./lib/node-version.cjs').checkNodeVersion();
const { inRoot } = require('./lib/paths.cjs');
const { install } = require('./lib/install.cjs');
const { registerTypeScript } = require('./lib/run-typescript.cjs');

/** Installs what is missing, then runs tests/sweep/main.ts in this process. Nothing is built: only the domain is played. */
async function main() {
  await install();
  registerTypeScript();
  require(inRoot('tests', 'sweep', 'main.ts'));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
