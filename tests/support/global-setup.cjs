'use strict';
const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');
const { build } = require('../../scripts/build.cjs');

/** Starts Temporal, PostgreSQL and Redis once per test run, on ports and in a folder of their own; tells the suites where. */
module.exports = async function globalSetup() {
  await build();
  const host = spawn(process.execPath, [require.resolve('./services-host.cjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  globalThis.longhaulServicesHost = host;
  Object.assign(process.env, await addresses(host));
};

async function addresses(host) {
  for await (const line of createInterface(host.stdout)) {
    if (line.startsWith('READY ')) return JSON.parse(line.slice('READY '.length));
  }
  throw new Error('The test services did not start; the reason is above.');
}
