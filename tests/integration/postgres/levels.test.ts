import { getBudgets, setBudget } from '../../../src/adapters/postgres/budgets';
import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { markSent, reserve, settle } from '../../../src/adapters/postgres/ledger';
import { bookCost } from '../../../src/adapters/postgres/recorded-costs';
import { budgetId } from '../../../src/domain/kernel/ids';
import { worstCaseCost, type Price } from '../../../src/domain/llm/pricing';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import { admitted, answered, call, newId, run, sums, TENANT, violations } from '../../support/ledger';
import { eventually } from '../../support/until';

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  pool = createPool(database.url, { max: 20 });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const tier = (fromInputTokens: number, input: number, output: number) => ({
  ...{ fromInputTokens, input, output, cachedInput: input, cacheWriteInput: input },
});
/** Twice as dear from 272,000 tokens, for all of them. */
const PRICE: Price = { source: 'test', tiers: [tier(0, 2_500_000, 15_000_000), tier(272_000, 5_000_000, 22_500_000)] };
const CALLERS = 200;

const LEVELS = ['tenant', 'experiment', 'run', 'agent'] as const;
const CASES = LEVELS.flatMap((level) => [1_000, 271_999, 272_000].map((inputTokens) => ({ level, inputTokens })));

/** A tenant of its own, whose levels have room for all but one, which has it for ten and a half worst cases. */
async function room(binding: (typeof LEVELS)[number], worstCase: number) {
  const tenant = `t-${newId()}`;
  const limitOf = (level: string) => (level === binding ? Math.floor(10.5 * worstCase) : CALLERS * worstCase);
  const ids = { tenant: budgetId.tenant(tenant), experiment: budgetId.experiment(tenant, 'e') };
  for (const level of ['tenant', 'experiment'] as const)
    await setBudget(pool, { tenant, id: ids[level], limitMicroUsd: limitOf(level) });
  const { runId } = await run(pool, {
    ...{ tenant, parentBudget: ids.experiment, costLimitMicroUsd: limitOf('run') },
    nodes: [{ name: 'a', costLimitMicroUsd: limitOf('agent') }],
  });
  return { tenant, runId, levels: { ...ids, run: budgetId.run(runId), agent: budgetId.agent(runId, 'a') } };
}

test.each(CASES)(
  'two hundred callers at once: a $level budget is never overspent, at $inputTokens input tokens',
  async ({ level, inputTokens }) => {
    const worstCase = worstCaseCost(PRICE, inputTokens, 1_000);
    const { tenant, runId, levels } = await room(level, worstCase);
    const ask = (index: number) =>
      reserve(pool, [
        call(`${runId}/a/${index}`, [levels.agent], worstCase, { tenant, runId, node: 'a', waiterTtlMs: 1 }),
      ]);
    const answers = (await Promise.all(Array.from({ length: CALLERS }, (_, index) => ask(index)))).flat();
    const own = admitted(answers);
    expect(own.length).toBeGreaterThan(0);
    expect(own.length).toBeLessThanOrEqual(10);
    await markSent(pool, own, 60_000);
    await Promise.all(own.map((attempt) => settle(pool, [answered(attempt, worstCase)])));
    for (const id of Object.values(levels)) {
      const found = await sums(pool, id);
      expect(found).toMatchObject({ settled: own.length * worstCase, reserved: 0, unknown: 0, overrun: 0 });
      expect(found.settled).toBeLessThanOrEqual(found.limit);
    }
    const waited = answers.filter(({ answer }) => answer !== 'admitted');
    expect(waited.every((answer) => 'level' in answer && answer.level.budget === levels[level])).toBe(true);
  },
  60_000,
);

test('what a level holds back is admitted by the next of two hundred until exactly ten were paid', async () => {
  const { tenant, runId, levels } = await room('experiment', 100);
  let paid = 0;
  for (let turn = 0; paid < 10; turn += 1) {
    expect(turn).toBeLessThan(50);
    const asked = Array.from({ length: CALLERS }, (_, index) =>
      reserve(pool, [
        call(`${runId}/a/${index}`, [levels.agent], 100, { tenant, runId, node: 'a', waiterTtlMs: 5_000 }),
      ]),
    );
    const own = admitted((await Promise.all(asked)).flat());
    await markSent(pool, own, 60_000);
    await settle(
      pool,
      own.map((attempt) => answered(attempt, 100)),
    );
    paid += own.length;
  }
  expect(paid).toBe(10);
  expect(await sums(pool, levels.experiment)).toMatchObject({ settled: 1_000, limit: 1_050, overrun: 0 });
  expect(await violations(pool)).toEqual([]);
}, 60_000);

test('a new level of the tenant is put above open runs and experiments, and no run that starts meanwhile escapes', async () => {
  const tenant = `t-${newId()}`;
  const id = budgetId.tenant(tenant);
  await setBudget(pool, { tenant, id: budgetId.experiment(tenant, 'before'), limitMicroUsd: 500 });
  const early = await run(pool, { tenant });
  const [, ...others] = await Promise.all([
    setBudget(pool, { tenant, id, limitMicroUsd: 150 }),
    ...Array.from({ length: 30 }, () => run(pool, { tenant })),
  ]);
  const runs = [early, ...others].map(({ runId }) => budgetId.run(runId));
  const found = await getBudgets(pool, tenant, [...runs, budgetId.experiment(tenant, 'before')]);
  expect(found.map(({ parentId }) => parentId)).toEqual(found.map(() => id));
  const [first, second] = others;
  const ask = ({ runId }: { runId: string }) =>
    reserve(pool, [call(`${runId}/a/0`, [budgetId.agent(runId, 'a')], 100, { tenant, runId, node: 'a' })]);
  expect((await ask(first!))[0]?.answer).toBe('admitted');
  expect((await ask(second!))[0]).toMatchObject({ answer: 'wait', level: { budget: id, reservedMicroUsd: 100 } });
});

test('callers that wait for locks while the level of the tenant is made are held by it as well', async () => {
  const tenant = `t-${newId()}`;
  const id = budgetId.tenant(tenant);
  const { runId } = await run(pool, { tenant });
  const ask = (index: number) =>
    reserve(pool, [call(`${runId}/a/${index}`, [budgetId.agent(runId, 'a')], 100, { tenant, runId, node: 'a' })]);
  const asked = [
    ...Array.from({ length: 20 }, (_, index) => ask(index)),
    setBudget(pool, { tenant, id, limitMicroUsd: 250 }),
    ...Array.from({ length: 100 }, (_, index) => ask(100 + index)),
  ];
  await Promise.all(asked);
  const found = await sums(pool, id);
  expect(found.reserved).toBeLessThanOrEqual(found.limit);
  expect((await violations(pool)).filter((row) => JSON.stringify(row).includes(tenant))).toEqual([]);
});

test('a recorded cost that waits for locks while the level of the tenant is made is counted by it as well', async () => {
  const tenant = `t-${newId()}`;
  const { runId } = await run(pool, { tenant });
  const maker = await pool.connect();
  await maker.query('BEGIN');
  await maker.query('SELECT set_budget($1, $2, 1000)', [tenant, budgetId.tenant(tenant)]);
  const booked = bookCost(pool, {
    ...{ callKey: `recorded/${tenant}/1`, tenant, runId, node: 'a', budgets: [budgetId.agent(runId, 'a')] },
    ...{ provider: 'recorded', model: 'm', priceVersion: 'given', fingerprint: 'f', metadata: null },
    ...{ costMicroUsd: 300, inputTokens: 1, outputTokens: 1 },
  });
  const waits = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%book_cost%'`;
  await eventually('the booking waits', async () => (await pool.query(waits)).rowCount === 1);
  await maker.query('COMMIT');
  maker.release();
  expect(await booked).toMatchObject({ answer: 'booked' });
  expect(await sums(pool, budgetId.tenant(tenant))).toMatchObject({ settled: 300 });
});

test('a limit may be lowered to what is spent and held, not below; another tenant cannot touch it', async () => {
  const tenant = `t-${newId()}`;
  const id = budgetId.tenant(tenant);
  expect(await setBudget(pool, { tenant, id, limitMicroUsd: 500 })).toBe(true);
  const { runId } = await run(pool, { tenant });
  await reserve(pool, [call(`${runId}/a/0`, [budgetId.agent(runId, 'a')], 300, { tenant, runId, node: 'a' })]);
  expect(await setBudget(pool, { tenant, id, limitMicroUsd: 299 })).toBe(false);
  expect(await setBudget(pool, { tenant, id, limitMicroUsd: 300 })).toBe(true);
  expect(await setBudget(pool, { tenant: TENANT, id, limitMicroUsd: 1_000 })).toBe(false);
  expect(await sums(pool, id)).toMatchObject({ limit: 300, reserved: 300 });
});
