#!/usr/bin/env node
'use strict';
require('./lib/node-version.cjs').checkNodeVersion();
const Module = require('node:module');
const { inRoot } = require('./lib/paths.cjs');
const { install } = require('./lib/install.cjs');
const { build } = require('./build.cjs');

/**
 * Installs and builds what is missing, then becomes the CLI: the same process, so that signals and the exit code need
 * no passing on and a terminal's Ctrl-C arrives once.
 */
async function main() {
  await install();
  await build();
  process.argv[1] = inRoot('dist', 'cli', 'main.js');
  Module.runMain();
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
