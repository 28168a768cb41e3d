import { admitted, answered, call, endLeases, violations } from '../support/ledger';
import { closeRun, expire, markSent, reserve, settle } from '../../src/adapters/postgres';
import { budgetId, callKeyOf } from '../../src/domain/kernel/ids';
import { estimated } from '../../src/domain/llm/per-thousand-price';
import { priceVersionOf } from '../../src/domain/llm/price-version';
import { chain, startApi, type ApiUnderTest } from '../support/api';

let under: ApiUnderTest;
let runId: string;
beforeAll(async () => {
  under = await startApi();
  await under.api.post('/graphs').send(chain('talk', 2)).expect(201);
  runId = (await under.api.post('/runs').send({ graph: 'talk', costBudgetUsd: 1 }).expect(201)).body.runId;
  await attempt('a0', 0, 'model-a', 500);
  await attempt('a0', 1, 'model-b', 300);
  await attempt('a1', 0, 'model-b', 'lost');
});
afterAll(() => under.close());

const RATES = { fromInputTokens: 0, input: 1, cachedInput: 1, cacheWriteInput: 1, output: 1 };
const version = { source: 'test', tiers: [RATES] };

/** One request as a worker books it; `model-b` is priced by default prices. */
async function attempt(node: string, index: number, model: string, cost: number | 'lost'): Promise<void> {
  const { pool } = under.deps;
  const priceVersion = priceVersionOf(model === 'model-b' ? estimated(version) : version);
  const asked = { tenant: 'default', runId, node, model, priceVersion };
  const own = admitted(
    await reserve(pool, [call(callKeyOf(runId, node, index), [budgetId.agent(runId, node)], 1_000, asked)]),
  );
  await markSent(pool, own, 60_000);
  if (cost !== 'lost') return void (await settle(pool, [answered(own[0]!, cost, { model })]));
  await endLeases(pool, own[0]!.callKey);
  await expire(pool, { limit: 10, graceMs: 0 });
}

const usage = async (query: string) => (await under.api.get(`/usage?${query}`).expect(200)).body;
const record = (body: object) => under.api.post('/costs').send(body);

describe('usage', () => {
  it('sums by model, with what is unknown and what was priced by default prices', async () => {
    expect((await usage('groupBy=model')).items).toEqual([
      {
        ...{ key: 'model-a', calls: 1, inputTokens: 10, outputTokens: 5, costMicroUsd: 500 },
        ...{ estimatedMicroUsd: 0, unknownCalls: 0, unknownMicroUsd: 0 },
      },
      {
        ...{ key: 'model-b', calls: 1, inputTokens: 10, outputTokens: 5, costMicroUsd: 300 },
        ...{ estimatedMicroUsd: 300, unknownCalls: 1, unknownMicroUsd: 1_000 },
      },
    ]);
  });

  it('sums by agent, run, provider and day', async () => {
    const costs = async (query: string) =>
      (await usage(query)).items.map(({ key, costMicroUsd }: { key: string; costMicroUsd: number }) => [
        key,
        costMicroUsd,
      ]);
    expect(await costs('groupBy=agent')).toEqual([
      ['a0', 800],
      ['a1', 0],
    ]);
    expect(await costs('groupBy=run')).toEqual([[runId, 800]]);
    expect(await costs('groupBy=provider')).toEqual([['scripted', 800]]);
    expect(await costs('groupBy=day')).toEqual([[expect.stringMatching(/^\d{4}-\d\d-\d\d$/), 800]]);
    expect(await costs('groupBy=day&to=2020-01-01T00:00:00Z')).toEqual([]);
  });

  it('comes in pages', async () => {
    const first = await usage('groupBy=model&limit=1');
    const second = await usage(`groupBy=model&limit=1&cursor=${first.nextCursor}`);
    expect([first.items[0].key, second.items[0].key, second.nextCursor]).toEqual(['model-a', 'model-b', null]);
  });

  it('is shown in the system status: total, average, by model and by agent', async () => {
    const { body } = await under.api.get('/system/status').expect(200);
    expect(body.costs).toMatchObject({ settledMicroUsd: 800, averageMicroUsd: 400 });
    expect(body.costs.byModel[0]).toEqual({ key: 'model-a', calls: 1, tokens: 15, costMicroUsd: 500 });
    expect(body.costs.byAgent[0]).toMatchObject({ key: 'a0', costMicroUsd: 800 });
  });

  it('is named by model and agent in the system status for thirty days; the sums forget nothing', async () => {
    const age = (days: number) =>
      under.deps.pool.query(
        `UPDATE attempt SET closed_at = closed_at + make_interval(days => $1) WHERE model = 'model-a'`,
        [days],
      );
    await age(-31);
    const { costs } = (await under.api.get('/system/status').expect(200)).body;
    await age(31);
    expect(costs).toMatchObject({ settledMicroUsd: 800, dearestOfDays: 30 });
    expect(costs.byModel.map(({ key }: { key: string }) => key)).toEqual(['model-b']);
    expect(costs.byAgent[0]).toMatchObject({ key: 'a0', costMicroUsd: 300 });
  });

  it('of another tenant is unknown', async () => {
    const other = await under.variant((deps) => ({ ...deps, settings: { ...deps.settings, tenant: 'other' } }));
    expect((await other.api.get('/usage').expect(200)).body.items).toEqual([]);
  });

  it('names the price of each attempt and whether it was estimated', async () => {
    const { body } = await under.api.get(`/runs/${runId}/attempts`).expect(200);
    expect(body.items[1]).toMatchObject({ estimated: true, priceVersion: 'estimated test | 0:1/1/1/1' });
  });
});

describe('a recorded cost', () => {
  const cost = { model: 'gpt-4', inputTokens: 1000, outputTokens: 500 };

  it('is booked once by its key, on the agent and all above, at the price of its model', async () => {
    const body = { ...cost, key: 'embedding-1', runId, agent: 'a1', metadata: { step: 'embed' } };
    const answer = { key: 'embedding-1', costMicroUsd: 60_000, overMicroUsd: 0, estimated: false };
    expect((await record(body).expect(200)).body).toEqual(answer);
    expect((await record(body).expect(200)).body).toEqual(answer);
    const { body: other } = await record({ ...body, outputTokens: 501 }).expect(422);
    expect(other.code).toBe('IdempotencyKeyReused');
    const { body: run } = await under.api.get(`/runs/${runId}`).expect(200);
    expect(run.budget).toMatchObject({ settledMicroUsd: 60_800, overrunMicroUsd: 0 });
    expect(run.agents[1]).toMatchObject({ costMicroUsd: 60_000, calls: 1 });
    const { rows } = await under.deps.pool.query(`SELECT metadata FROM attempt WHERE provider = 'recorded'`);
    expect(rows).toEqual([{ metadata: { step: 'embed' } }]);
    expect((await usage('groupBy=provider')).items.map(({ key }: { key: string }) => key)).toEqual([
      'recorded',
      'scripted',
    ]);
  });

  it('that does not fit is booked as an overrun and alarmed: the money is gone', async () => {
    await under.api.post('/budgets').send({ experiment: 'small', costBudgetUsd: 0.01 }).expect(200);
    const { body } = await record({ ...cost, key: 'large', experiment: 'small', costMicroUsd: 25_000 }).expect(200);
    expect(body).toEqual({ key: 'large', costMicroUsd: 25_000, overMicroUsd: 15_000, estimated: false });
    const level = await under.api.get('/budgets/experiment%3Asmall').expect(200);
    expect(level.body.items[0]).toMatchObject({ settledMicroUsd: 25_000, overrunMicroUsd: 15_000 });
    expect(under.logged()).toContain('a recorded cost is more than its budgets had left');
  });

  it('counts for the tenant alone when it names nobody, also without a budget', async () => {
    expect((await record({ ...cost, key: 'alone' }).expect(200)).body.overMicroUsd).toBe(0);
  });

  it('is refused without a price, a run, an agent or an experiment that is known', async () => {
    expect((await record({ ...cost, key: 'x', model: 'nobody-knows' }).expect(422)).body.code).toBe('UnknownPrice');
    await record({ ...cost, key: 'x', runId, agent: 'nobody' }).expect(404);
    await record({ ...cost, key: 'x', experiment: 'nobody' }).expect(404);
    await record({ ...cost, key: 'x', agent: 'a0' }).expect(422);
    await record({ ...cost, key: 'x', runId, experiment: 'small' }).expect(422);
  });

  it('two hundred at once with fifty keys are booked fifty times, and every sum is right', async () => {
    await under.api.post('/budgets').send({ experiment: 'many', costBudgetUsd: 0.02 }).expect(200);
    const all = Array.from({ length: 200 }, (_, index) =>
      record({ ...cost, key: `many-${index % 50}`, experiment: 'many', costMicroUsd: 500 }).expect(200),
    );
    await Promise.all(all);
    const { body } = await under.api.get('/budgets/experiment%3Amany').expect(200);
    expect(body.items[0]).toMatchObject({ settledMicroUsd: 25_000, overrunMicroUsd: 5_000, reservedMicroUsd: 0 });
    expect(await violations(under.deps.pool)).toEqual([]);
  });

  it('counts for a tenant whose budget was made when the run was over', async () => {
    const { body: run } = await under.api.post('/runs').send({ graph: 'talk', costBudgetUsd: 1 }).expect(201);
    const over = { status: 'cancelled', reasonCode: 'terminated', reason: 'terminated from outside' } as const;
    expect(await closeRun(under.deps.pool, { tenant: 'default', runId: run.runId, ...over })).toBe(true);
    await under.api.post('/budgets').send({ costBudgetUsd: 1 }).expect(200);
    await record({ ...cost, key: 'after-the-end', runId: run.runId, costMicroUsd: 700 }).expect(200);
    const { body } = await under.api.get('/budgets/tenant%3Adefault').expect(200);
    expect(body.items[0]).toMatchObject({ settledMicroUsd: 700 });
  });
});
