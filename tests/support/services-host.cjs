'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { inRoot } = require('../../scripts/lib/paths.cjs');
const { startStack } = require(inRoot('dist/adapters/embedded'));
const { SEARCH_ATTRIBUTES } = require(inRoot('dist/contracts/search-attributes'));

/**
 * Holds the services of one test run in a private folder. A process of its own that ends with its stdin: however jest
 * dies, nothing is left running and nothing is left on disk.
 */
async function main() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'longhaul-test-'));
  fs.chmodSync(dir, 0o755); // PostgreSQL runs as another user when we are root
  const giveUp = new AbortController();
  const stdinEnded = new Promise((resolve) => process.stdin.once('close', resolve).resume());
  void stdinEnded.then(() => giveUp.abort());
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => giveUp.abort());
  try {
    const stack = await startStack(stackOptions(dir, giveUp.signal));
    process.stdout.write(`READY ${JSON.stringify(addressesOf(stack.state))}\n`);
    await new Promise((resolve) =>
      giveUp.signal.aborted ? resolve() : giveUp.signal.addEventListener('abort', resolve),
    );
    await stack.stop();
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** The suites ignore the servers that the user works with: they kill and flush. */
function stackOptions(dir, signal) {
  const {
    LONGHAUL_TEST_TEMPORAL_ADDRESS: address,
    LONGHAUL_TEST_POSTGRES_URL: databaseUrl,
    LONGHAUL_TEST_REDIS_URL: redisUrl,
  } = process.env;
  return {
    dir,
    signal,
    only: 'services',
    durable: false,
    external: {
      temporal: address ? { address, namespace: 'default' } : undefined,
      databaseUrl: databaseUrl || undefined,
      redisUrl: redisUrl || undefined,
    },
    searchAttributes: SEARCH_ATTRIBUTES,
    // Suites force continue-as-new early and often; the stock limit is one per second and workflow.
    temporalDynamicConfig: { 'history.workflowIdReuseMinimalInterval': '0s' },
    onEvent: report,
  };
}

function report(event) {
  if (event.type === 'rung')
    console.error(
      `${event.service}: ${event.rung}: ${event.taken ? `version ${event.detail}` : `skipped: ${event.detail}`}`,
    );
  if (event.type === 'progress') console.error(`${event.service}: ${event.text}`);
  if (event.type === 'died') console.error(`${event.name} died (${event.signal ?? event.code}); it is restarted`);
}

function addressesOf({ services }) {
  const postgres = new URL(services.postgres.url);
  if (services.postgres.pid !== undefined) postgres.pathname = '/postgres';
  return {
    LONGHAUL_TEST_TEMPORAL_ADDRESS: services.temporal.address,
    LONGHAUL_TEST_POSTGRES_URL: postgres.href,
    LONGHAUL_TEST_REDIS_URL: services.redis.url,
  };
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);
