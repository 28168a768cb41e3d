import { isTerminalRunStatus } from '../../../src/domain/agents/run-state';
import type { SeededRandom } from '../../../src/model-server/seeded-random';
import { violations as ledgerViolations } from '../../support/ledger';
import { until } from '../../support/until';
import { BudgetWatch } from './budget-watch';
import {
  billedFor,
  costsAreExact,
  everyRequestIsKnown,
  outcomesAreEqual,
  repeatsAreExcused,
  repeatsOf,
  type Violations,
} from './invariants';
import { readBooks, type Outcome } from './books';
import type { Fault } from './faults';
import { noTaskFailed } from './histories';
import { permitsAreGivenBack } from './permits';
import type { Work, Workload } from './workload';
import type { World } from './world';

export type InvariantName = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7';

export interface ScenarioResult {
  fired: boolean;
  successes: number;
  duplicates: number;
  ledgerErrorMicroUsd: number;
  violations: Record<InvariantName, Violations>;
}

type Started = Work & { runId: string };

/** Until the first answers are there. */
const BEGUN_MS = 90_000;
const QUIET_MS = 30_000;
/** The last view of a run is long; its head says enough. */
const SHOWN_CHARS = 300;

/** Runs the mix, strikes in the middle of it, waits for the end of all, and compares the books. */
export async function playScenario(
  world: World,
  { works, strikeBy, endMs }: Workload,
  fault: Fault | undefined,
  expected: ReadonlyMap<string, Outcome>,
  random: SeededRandom,
): Promise<ScenarioResult & { outcomes: Map<string, Outcome> }> {
  const watch = new BudgetWatch(world.pool);
  try {
    const started = await startAll(world, works);
    const fired = fault ? await strikeMidway(world, started, fault, strikeBy, random) : true;
    const stuck = await waitForEnd(world, started, endMs);
    const result = await compare(world, started, fault, expected, stuck);
    const looks = watch.stop();
    const blind = looks === 0 ? ['nobody saw the budgets'] : [];
    result.violations.I4 = [...result.violations.I4, ...new Set(watch.violations), ...blind];
    return { ...result, fired };
  } finally {
    watch.stop();
  }
}

async function startAll({ client }: World, works: readonly Work[]): Promise<Started[]> {
  return await Promise.all(works.map(async (work) => ({ ...work, runId: await client.start(work) })));
}

/** With answers stored and requests under way, some time later than the last of them began. */
async function strikeMidway(
  world: World,
  started: readonly Started[],
  fault: Fault,
  strikeBy: number,
  random: SeededRandom,
): Promise<boolean> {
  const ofThese = (key: string | null) => started.some(({ runId }) => key?.startsWith(`${runId}/`));
  const lines = (kind: string) =>
    world.client.book().filter((line) => line.kind === kind && ofThese(line.attemptKey)).length;
  const atLeast = random.integer(1, strikeBy);
  await until(
    () => lines('completed'),
    (count) => count >= atLeast && lines('accepted') > count,
    BEGUN_MS,
    'a run in the middle',
  );
  return await fault.strike(world, random, random.pick(fault.victims ?? ['']));
}

/** I6, as the read model tells it. */
async function waitForEnd({ client }: World, started: readonly Started[], endMs: number): Promise<Violations> {
  const ends = started.map(async ({ name, runId }) => {
    try {
      await until(
        () => client.run(runId),
        ({ status }) => isTerminalRunStatus(status),
        endMs,
      );
      return [];
    } catch (error) {
      return [`${name} ${runId} did not end: ${(error as Error).message.slice(0, SHOWN_CHARS)}`];
    }
  });
  return (await Promise.all(ends)).flat();
}

async function compare(
  world: World,
  started: readonly Started[],
  fault: Fault | undefined,
  expected: ReadonlyMap<string, Outcome>,
  stuck: Violations,
): Promise<Omit<ScenarioResult, 'fired'> & { outcomes: Map<string, Outcome> }> {
  const runIds = started.map(({ runId }) => runId);
  const held = fault ? [] : await permitsAreGivenBack(world.redis);
  const open = await waitForQuiet(world, runIds);
  const before = await readBooks(world.pool, world.client.accepted(), runIds);
  const report = await world.client.reconcile();
  const after = await readBooks(world.pool, world.client.accepted(), runIds);
  const unsettled = [...after.attempts.values()]
    .filter(({ state }) => state === 'unknown')
    .map(({ key }) => `${key} is still unknown after reconciliation`);
  const outcomes = new Map(started.map(({ name, runId }) => [name, after.outcomes.get(runId)!]));
  const workflowIds = (await Promise.all(runIds.map((runId) => world.client.run(runId)))).map(
    ({ workflowId }) => workflowId,
  );
  const ledgerErrorMicroUsd = errorOf(after);
  return {
    outcomes,
    ledgerErrorMicroUsd,
    successes: [...after.outcomes.values()].filter(({ status }) => status === 'completed').length,
    duplicates: repeatsOf(after.accepted).length,
    violations: {
      I1: everyRequestIsKnown(before),
      I2: [
        ...costsAreExact(before),
        ...costsAreExact(after),
        ...unsettled,
        ...(ledgerErrorMicroUsd === 0 ? [] : [`the books differ by ${ledgerErrorMicroUsd} µUSD`]),
        ...(report.differenceMicroUsd === 0 ? [] : [`the reconciliation says ${report.differenceMicroUsd} µUSD`]),
      ],
      I3: repeatsAreExcused(before, fault?.losesCalls ?? false),
      I4: [],
      I5: [...open, ...held, ...(await ledgerViolations(world.pool)).map((row) => JSON.stringify(row))],
      I6: [...stuck, ...(await noTaskFailed(world.temporal, workflowIds))],
      I7: outcomesAreEqual(started, after, expected.size > 0 ? expected : outcomes),
    },
  };
}

/** I5: nothing stays open. Leases of who died unseen run out first. */
async function waitForQuiet({ pool }: World, runIds: readonly string[]): Promise<Violations> {
  const open = async () => {
    const { rows } = await pool.query<{ key: string }>(
      `SELECT call_key || '#' || n AS key FROM attempt WHERE run_id = ANY ($1) AND state IN ('reserved', 'sent')`,
      [runIds],
    );
    return rows.map(({ key }) => `${key} is still open`);
  };
  return await until(open, (keys) => keys.length === 0, QUIET_MS).catch(() => open());
}

function errorOf({ attempts, accepted }: Awaited<ReturnType<typeof readBooks>>): number {
  const settled = [...attempts.values()].filter(({ state }) => state === 'settled');
  const booked = settled.reduce((sum, { actualMicroUsd }) => sum + (actualMicroUsd ?? 0), 0);
  const billed = accepted.reduce((sum, line) => {
    const attempt = attempts.get(line.attemptKey ?? '');
    return sum + (attempt ? billedFor(attempt, line) : 0);
  }, 0);
  return Math.abs(booked - billed);
}
