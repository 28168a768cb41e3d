#!/usr/bin/env node
// The quick gates, as many at once as there are cores, longest first: a minute on two cores, seconds when caches are warm.
// What fails prints what it said; the others print one line.
'use strict';
require('./lib/node-version.cjs').checkNodeVersion();
const os = require('node:os');
const { spawn } = require('node:child_process');
const { root } = require('./lib/paths.cjs');
const { install } = require('./lib/install.cjs');

/** npm scripts, each of which also runs alone. */
const STEPS = ['architecture', 'lint', 'unit', 'types', 'format:check', 'boundaries', 'types:domain'];

async function main() {
  await install();
  const failed = [];
  const queue = [...STEPS];
  const runner = async () => {
    for (let step = queue.shift(); step; step = queue.shift()) if (!(await run(step))) failed.push(step);
  };
  await Promise.all(Array.from({ length: Math.min(os.availableParallelism(), STEPS.length) }, runner));
  console.log(failed.length === 0 ? 'check: all passed' : `check: failed: ${failed.join(', ')}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

function run(step) {
  const started = Date.now();
  const child = spawn('npm', ['run', '--silent', step], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${step} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
      if (code !== 0) console.log(said);
      resolve(code === 0);
    });
  });
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
