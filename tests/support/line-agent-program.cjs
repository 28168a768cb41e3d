'use strict';
/** A program that decides over lines, and misbehaves as its argument says. It counts the questions that it was asked. */
const { createInterface } = require('node:readline');

let asked = 0;
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
  tell: ({ requestKey }) => answer(requestKey, { decision: { reasoning: `The key is ${process.env.AGENT_SECRET}.` } }),
};

createInterface({ input: process.stdin }).on('line', (line) => {
  asked += 1;
  MODES[process.argv[2]](JSON.parse(line));
});
