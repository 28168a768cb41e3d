import { randomUUID } from 'node:crypto';
import {
  createBudget,
  expire,
  markSent,
  reserve,
  settle,
  recordProgress,
  type OwnedAttempt,
} from '../../src/adapters/postgres';
import { budgetId, callKeyOf } from '../../src/domain/kernel/ids';
import { costOf } from '../../src/domain/llm/pricing';
import { priceVersionOf } from '../../src/domain/llm/price-version';
import { chain, startApi, type ApiUnderTest } from '../support/api';
import { admitted, answered, artifact, call, endLeases } from '../support/ledger';

/** What a worker writes while a run goes on, written by hand: the API reads nothing but the book. */
const PRICE = {
  source: 'test',
  tiers: [
    { fromInputTokens: 0, input: 1_000_000, cachedInput: 1_000_000, cacheWriteInput: 1_000_000, output: 2_000_000 },
  ],
};

let under: ApiUnderTest;
let runId: string;
let lost: OwnedAttempt & { attemptKey: string };
let paid: { attemptKey: string; ref: string };

beforeAll(async () => {
  under = await startApi();
  await createBudget(under.deps.pool, { tenant: 'default', id: budgetId.tenant('default'), limitMicroUsd: 10_000_000 });
  await under.api.post('/graphs').send(chain('paid', 2)).expect(201);
  runId = (await under.api.post('/runs').send({ graph: 'paid', costBudgetUsd: 1 }).expect(201)).body.runId;
  paid = await payFor('a0');
  lost = await lose('a1');
});
afterAll(() => under.close());

async function attempt(node: string): Promise<OwnedAttempt> {
  const callKey = callKeyOf(runId, node, 0);
  const asked = call(callKey, [budgetId.agent(runId, node)], 500, {
    tenant: 'default',
    runId,
    node,
    priceVersion: priceVersionOf(PRICE),
  });
  const [own] = admitted(await reserve(under.deps.pool, [asked]));
  await markSent(under.deps.pool, [own!], 60_000);
  return own!;
}

async function payFor(node: string) {
  const own = await attempt(node);
  const output = { content: 'Hello.', toolCalls: [], finishReason: 'stop', model: 'scripted-echo' };
  const header = await under.deps.artifacts.publish(
    { tenant: 'default', sessionId: runId, type: 'state', mime: 'application/json', agentId: node, tags: ['output'] },
    Buffer.from(JSON.stringify(output)),
  );
  await settle(under.deps.pool, [
    answered(own, costOf(PRICE, { inputTokens: 10, outputTokens: 5 }), {
      artifactRef: header.ref,
      artifacts: [],
      node: { status: 'completed', outputRef: header.ref },
    }),
  ]);
  return { attemptKey: `${own.callKey}#${own.n}`, ref: header.ref };
}

async function lose(node: string) {
  const own = await attempt(node);
  await endLeases(under.deps.pool, own.callKey);
  await expire(under.deps.pool, { limit: 10, graceMs: 0 });
  return { ...own, attemptKey: `${own.callKey}#${own.n}` };
}

describe('a run that was paid for', () => {
  it('shows money as the book has it', async () => {
    const { body } = await under.api.get(`/runs/${runId}`).expect(200);
    expect(body.budget).toEqual({
      limitMicroUsd: 1_000_000,
      settledMicroUsd: 20,
      reservedMicroUsd: 0,
      unknownMicroUsd: 500,
      overrunMicroUsd: 0,
      remainingMicroUsd: 999_480,
    });
    expect(body.statistics).toMatchObject({
      completed: 1,
      totalCalls: 1,
      inputTokens: 10,
      outputTokens: 5,
      totalTokens: 15,
      totalCostMicroUsd: 20,
    });
    expect(body.agents[0]).toMatchObject({ name: 'a0', status: 'completed', outputRef: paid.ref, costMicroUsd: 20 });
  });

  it('lists its attempts over pages, without who holds them', async () => {
    const first = await under.api.get(`/runs/${runId}/attempts?limit=1`).expect(200);
    expect(first.body.items).toMatchObject([{ attemptKey: paid.attemptKey, state: 'settled', actualMicroUsd: 20 }]);
    expect(first.body.items[0]).not.toHaveProperty('owner');
    const rest = await under.api.get(`/runs/${runId}/attempts?limit=1&cursor=${first.body.nextCursor}`).expect(200);
    expect(rest.body).toMatchObject({ items: [{ attemptKey: lost.attemptKey, state: 'unknown' }], nextCursor: null });
  });

  it('shows the engine’s status', async () => {
    const { body } = await under.api.get('/system/status').expect(200);
    expect(body).toMatchObject({
      engine: { running: true, totalRuns: 1, openRuns: 1 },
      monitoring: { runs: { successRatePercent: null }, api: { calls: 1, tokens: 15, costMicroUsd: 20 } },
      rateLimiting: { totalRequests: 2, inFlight: 0 },
      costs: { settledMicroUsd: 20, unknownMicroUsd: 500 },
      failures: { unknownAttempts: 1, byClass: [{ failureClass: 'lost', count: 1 }] },
    });
    expect(body.monitoring.recentEvents.length).toBeGreaterThan(2);
  });
});

describe('reconciling with a provider’s log', () => {
  const reconcile = (lines: object[], query = '') =>
    under.api
      .post(`/ledger/reconcile${query}`)
      .type('application/x-ndjson')
      .send(lines.map((line) => JSON.stringify(line)).join('\n'));
  const logged = (attemptKey: string | null, more: object = {}) => ({
    kind: 'accepted',
    at: 'x',
    attemptKey,
    inputTokens: 10,
    outputTokens: 5,
    latencyMs: 1,
    ...more,
  });

  it('refuses a log that does not say what was billed', async () => {
    const { body } = await reconcile([{ attemptKey: paid.attemptKey }]).expect(422);
    expect(body.problems[0].path).toBe('records[0]');
    await under.api.post('/ledger/reconcile?completeUntil=2999-01-01T00:00:00Z').send({ records: [] }).expect(422);
    await under.api.post('/ledger/reconcile').type('application/x-ndjson').send('{"attemptKey":').expect(400);
  });

  it('reports what is missing, and books what was unknown, once', async () => {
    const lines = [
      logged(paid.attemptKey),
      logged(lost.attemptKey),
      logged('elsewhere/x/0#1'),
      logged(null),
      logged(paid.attemptKey, { kind: 'completed' }),
    ];
    const first = await reconcile(lines).expect(200);
    expect(first.body).toMatchObject({
      records: 5,
      ignored: 2,
      matched: 1,
      settled: 1,
      voided: 0,
      stillUnknown: 0,
      missing: ['elsewhere/x/0#1'],
      different: [],
      differenceMicroUsd: 0,
    });
    const again = await reconcile(lines).expect(200);
    expect(again.body).toMatchObject({ matched: 2, settled: 0, ledgerMicroUsd: 40, logMicroUsd: 40 });
    const { body } = await under.api.get(`/runs/${runId}`).expect(200);
    expect(body.budget).toMatchObject({ settledMicroUsd: 40, unknownMicroUsd: 0 });
  });

  it('releases what a complete log does not name', async () => {
    const { body: run } = await under.api.post('/runs').send({ graph: 'paid' }).expect(201);
    runId = run.runId;
    await lose('a0');
    const until = new Date(Date.now() + 60_000).toISOString();
    expect((await reconcile([], '').expect(200)).body).toMatchObject({ voided: 0, stillUnknown: 1 });
    expect((await reconcile([], `?provider=other&completeUntil=${until}`).expect(200)).body).toMatchObject({
      voided: 0,
    });
    expect((await reconcile([], `?provider=scripted&completeUntil=${until}`).expect(200)).body).toMatchObject({
      voided: 1,
      stillUnknown: 0,
    });
  });
});

describe('the result', () => {
  it('has every agent’s output, and names what cannot be read', async () => {
    const { body: run } = await under.api.post('/runs').send({ graph: 'paid' }).expect(201);
    runId = run.runId;
    const { ref } = await payFor('a0');
    const own = await attempt('a1');
    const missing = artifact(runId, { tenant: 'default', sha256: 'cd'.repeat(32), ref: randomUUID() });
    await settle(under.deps.pool, [
      answered(own, 20, {
        artifactRef: missing.ref,
        artifacts: [missing],
        node: { status: 'completed', outputRef: missing.ref },
      }),
    ]);
    await recordProgress(under.deps.pool, { tenant: 'default', runId, seq: 9, delta: { status: 'completed' } });
    const { body } = await under.api.get(`/runs/${runId}/result`).expect(200);
    expect(body).toMatchObject({ runId, status: 'completed', totalCostMicroUsd: 40 });
    expect(body.outputs.a0).toMatchObject({
      status: 'completed',
      outputRef: ref,
      output: { content: 'Hello.' },
      problem: null,
    });
    expect(body.outputs.a1).toMatchObject({ output: null, problem: expect.stringContaining(missing.ref) });
    expect(Object.keys((await under.api.get(`/runs/${runId}/result?node=a0`).expect(200)).body.outputs)).toEqual([
      'a0',
    ]);
    await under.api.get(`/runs/${runId}/result?node=ghost`).expect(404);
  });
});
