'use strict';
/** A program that decides over lines, and misbehaves as its argument says. It counts the questions that it was asked. */
const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');

let asked = 0;
/** A program that lasts and holds its parent's output open. */
const offspring = (detached) => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit', detached });
  child.unref();
  return child.pid;
};
const answer = (requestKey, rest) => process.stdout.write(`${JSON.stringify({ requestKey, ...rest })}\n`);
const MODES = {
  accept: ({ requestKey }) =>
    answer(requestKey, { decision: { accept_all_orders: true }, metrics: { asked, pid: process.pid } }),
  crash: () => {
    process.stderr.write(`it broke with ${process.env.AGENT_SECRET ?? 'nothing'} in hand\n`);
    process.exitCode = 3;
    process.stdin.destroy();
  },
  silent: () => undefined,
  chatter: ({ requestKey }) => {
    answer(requestKey, { decision: {}, metrics: { pid: process.pid } });
    answer(requestKey, { decision: {} });
  },
  'no-json': () => process.stdout.write('Thinking about prices ...\n'),
  'no-decision': ({ requestKey }) => answer(requestKey, { prices: {} }),
  stale: () => answer('of-another-question', { decision: {} }),
  endless: () => process.stdout.write('x'.repeat(300 * 1024)),
  variables: ({ requestKey }) => answer(requestKey, { decision: Object.keys(process.env).sort() }),
  environment: () => {
    for (const [name, value] of Object.entries(process.env).reverse()) process.stdout.write(`${name}=${value}\n`);
  },
  folder: ({ requestKey }) => answer(requestKey, { decision: process.cwd() }),
  deaf: ({ requestKey }) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => undefined);
    setInterval(() => undefined, 1_000); // outlives its input
    answer(requestKey, { decision: {}, metrics: { pid: process.pid } });
  },
  parent: ({ requestKey }) => answer(requestKey, { decision: {}, metrics: { pid: offspring(false) } }),
  deserter: ({ requestKey }) => {
    answer(requestKey, { decision: {}, metrics: { pid: offspring(true) } });
    process.stdin.destroy();
  },
  shouting: () => {
    for (let line = 0; line < 20_000; line += 1) process.stderr.write(`${'x'.repeat(1_000)}\n`);
    process.stderr.write('these are its last words\n', () => process.exit(3));
  },
  tell: ({ requestKey }) => answer(requestKey, { decision: { reasoning: `The key is ${process.env.AGENT_SECRET}.` } }),
};

createInterface({ input: process.stdin }).on('line', (line) => {
  asked += 1;
  MODES[process.argv[2]](JSON.parse(line));
});
