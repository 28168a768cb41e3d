// One process of the paid path, for suites that kill it or run several: makes the calls that argv names with the built
// gateway and prints one JSON line per outcome. Its configuration is one JSON argument.
const { randomUUID } = require('node:crypto');
const dist = (path) => require(`../../../dist/${path}`);
const { createPool } = dist('adapters/postgres/connection');
const { connectRedis } = dist('adapters/redis/connection');
const { createLimiter } = dist('adapters/redis/limiter');
const { countInputTokens, createProviders, openPriceBook } = dist('adapters/llm');
const { createGateway } = dist('gateway');
const { limitHistory } = dist('gateway/limit-history');
const { ownOwner } = dist('gateway/owner');
const { sameLimits } = dist('domain/llm/limit-rules');

const { databaseUrl, redisUrl, prefix, modelServerUrl, limits, leaseMs, parallel, calls, idempotentProviders } =
  JSON.parse(process.argv[2]);
const llm = { modelServerUrl, openaiBaseUrl: 'http://127.0.0.1:9/v1', idempotentProviders };
const pool = createPool(databaseUrl, { max: 8, applicationName: 'gateway-caller' });
const redis = connectRedis(redisUrl, { onError: () => undefined });
const log = {
  info: () => undefined,
  warn: (facts, message) => console.error(message, facts.err?.message ?? ''),
  error: console.error,
};
const book = sameLimits(limits);
const owner = ownOwner();
const gateway = createGateway({
  pool,
  limiter: createLimiter(redis, { prefix, owner, history: limitHistory(pool, book) }),
  limits: book,
  owner,
  providers: createProviders(llm),
  prices: openPriceBook(llm),
  countInputTokens,
  log,
  leaseMs,
});

const buildArtifacts = (call) => async () => {
  const ref = randomUUID();
  const header = {
    ref,
    tenant: call.tenant,
    sessionId: call.runId,
    type: 'state',
    mime: 'application/json',
    driver: 'filesystem',
    sha256: 'ab'.repeat(32),
    bytes: 1,
    rawBytes: 1,
  };
  return { artifacts: [header], resultRef: ref };
};

async function makeCall(call) {
  try {
    const context = { signal: new AbortController().signal, heartbeat: () => undefined };
    const result = await gateway.call({ ...call, buildArtifacts: buildArtifacts(call) }, context);
    console.log(JSON.stringify({ callKey: call.callKey, ...result }));
  } catch (error) {
    console.log(JSON.stringify({ callKey: call.callKey, code: error.code, message: error.message }));
  }
}

async function main() {
  await gateway.start();
  const queue = [...calls];
  const lane = async () => {
    for (let call = queue.shift(); call; call = queue.shift()) await makeCall(call);
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  await gateway.stop();
  redis.disconnect();
  await pool.end();
}

void main();
