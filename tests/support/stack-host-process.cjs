'use strict';
const { inRoot } = require('../../scripts/lib/paths.cjs');
const { startStack } = require(inRoot('dist/adapters/embedded'));
const { SEARCH_ATTRIBUTES } = require(inRoot('dist/contracts/search-attributes'));

/**
 * A supervisor in a process of its own, so that a test can kill it: `stack-host-process.cjs DIR [services|all [DYNAMIC_CONFIG]]`. Prints each
 * event as a JSON line, then READY with the state; stops on SIGTERM.
 */
async function main([dir, only = 'services', temporalDynamicConfig = '{}']) {
  const giveUp = new AbortController();
  process.once('SIGTERM', () => giveUp.abort());
  const onEvent = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
  const stack = await startStack({
    dir,
    only,
    durable: false,
    temporalDynamicConfig: JSON.parse(temporalDynamicConfig),
    searchAttributes: SEARCH_ATTRIBUTES,
    onEvent,
    signal: giveUp.signal,
  });
  process.stdout.write(`READY ${JSON.stringify(stack.state)}\n`);
  await new Promise((resolve) =>
    giveUp.signal.aborted ? resolve() : giveUp.signal.addEventListener('abort', resolve),
  );
  await stack.stop();
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.code}: ${error.message}\n`);
    process.exit(1);
  },
);
