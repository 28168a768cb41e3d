'use strict';
const { once } = require('node:events');

/** Ends the services' host by ending its stdin, and waits until nothing of it is left. */
module.exports = async function globalTeardown() {
  const host = globalThis.longhaulServicesHost;
  if (!host || host.exitCode !== null) return;
  host.stdin.end();
  await once(host, 'exit');
};
