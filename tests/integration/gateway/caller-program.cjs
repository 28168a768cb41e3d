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

const { databaseUrl, redisUrl, prefix, modelServerUrl, limits, leaseMs, parallel, calls, idempotentProviders, lane } =
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

// Instead of making the calls at once: puts them into their lane, and takes its batches through the steps that are named.
async function tendLane({ steps, taskKeyPrefix, workflowId }) {
  const context = { signal: new AbortController().signal, heartbeat: () => undefined };
  const callOf = (subject) => Promise.resolve({ ...subject, buildArtifacts: buildArtifacts(subject) });
  const enqueue = (call) =>
    gateway.enqueue({ ...call, subject: call, waiter: { workflowId, taskKeyPrefix }, whenReturned: 'sync' }, context);
  if (steps.includes('enqueue')) for (const call of calls) await enqueue(call);
  const { rows } = await pool.query(
    `SELECT tenant_id AS tenant, batch_id AS "batchId" FROM llm_batch b WHERE state <> 'over' AND EXISTS (
       SELECT 1 FROM llm_batch_item i WHERE i.batch_id = b.batch_id AND i.call_key = ANY ($1))`,
    [calls.map(({ callKey }) => callKey)],
  );
  for (const batch of rows) {
    if (steps.includes('close')) await gateway.batches.close(batch);
    if (steps.includes('submit')) await gateway.batches.submit(batch, callOf, context);
    if (!steps.includes('collect')) continue;
    while ((await gateway.batches.look(batch, context)) === 'working')
      await new Promise((done) => setTimeout(done, 20));
    console.log(JSON.stringify(await gateway.batches.collect(batch, callOf, context)));
  }
}

async function main() {
  await gateway.start();
  if (lane) await tendLane(lane);
  const queue = lane ? [] : [...calls];
  const caller = async () => {
    for (let call = queue.shift(); call; call = queue.shift()) await makeCall(call);
  };
  await Promise.all(Array.from({ length: parallel }, caller));
  await gateway.stop();
  redis.disconnect();
  await pool.end();
}

void main();
