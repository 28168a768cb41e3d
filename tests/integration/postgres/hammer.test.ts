import { setBudget } from '../../../src/adapters/postgres/budgets';
import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { publishArtifacts } from '../../../src/adapters/postgres/artifacts';
import { listAttempts } from '../../../src/adapters/postgres/attempts';
import { closeRun } from '../../../src/adapters/postgres/runs';
import {
  expire,
  markSent,
  reconcile,
  renew,
  reserve,
  revokeLeases,
  settle,
} from '../../../src/adapters/postgres/ledger';
import { noteNode, recordProgress } from '../../../src/adapters/postgres/progress';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import {
  type Admitted,
  admitted,
  answered,
  artifact,
  budget,
  call,
  run,
  sums,
  TENANT,
  violations,
} from '../../support/ledger';

const CONNECTIONS = 20;
const TURNS_EACH = 40;
const NODES = ['a', 'b', 'c', 'd', 'e', 'f'];

let database: FreshDatabase;
let pool: Pool;
/** Conflicts are retried by the wrappers, so they would not be seen from outside. */
let conflicts: string[];

beforeAll(async () => {
  database = await freshDatabase();
  pool = createPool(database.url, { max: CONNECTIONS });
  conflicts = [];
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>;
  pool.query = ((...args: unknown[]) =>
    query(...args).catch((error: { code?: string }) => {
      if (error.code === '40P01' || error.code === '40001') conflicts.push(String(args[0]));
      throw error;
    })) as Pool['query'];
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** Interleaving is chance anyway; Math.random only picks what is done next. */
function pick<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)]!;
}

function some<T>(items: readonly T[], count: number): T[] {
  return [...items].sort(() => Math.random() - 0.5).slice(0, count);
}

it(`${CONNECTIONS} connections doing everything at once: no deadlock, no lost or doubled money`, async () => {
  // Two runs share a tenant's level, the third stands alone: not every pair of transactions meets at a common budget.
  const shared = await budget(pool, `tenant:${TENANT}`, 30_000);
  const runs = await Promise.all(
    [1, 2].map(() =>
      run(pool, { costLimitMicroUsd: 20_000, nodes: NODES.map((name) => ({ name, costLimitMicroUsd: 9_000 })) }),
    ),
  );
  await budget(pool, 'alone', 20_000);
  const targets = runs.flatMap(({ runId }) =>
    NODES.flatMap((node) =>
      Array.from({ length: 12 }, (_, index) => ({ runId, node, key: `${runId}/${node}/${index}` })),
    ),
  );
  let seq = 0;
  /** Whatever became of them: their processes answer once more. */
  const earlier: Admitted[] = [];
  const done: Record<string, number> = {};

  async function turn(worker: string): Promise<void> {
    const action = pick([
      'pay',
      'pay',
      'pay',
      'pay',
      'pay',
      'progress',
      'progress',
      'note',
      'note',
      'expire',
      'reconcile',
      'revoke',
      'publish',
      'close',
      'limit',
    ]);
    done[action] = (done[action] ?? 0) + 1;
    const { runId, node } = pick(targets);
    if (action === 'pay') return pay(worker);
    if (action === 'progress') {
      const nodes = some(NODES, 4).map((name) => ({ name, status: pick(['pending', 'running'] as const) }));
      await recordProgress(pool, {
        tenant: TENANT,
        runId,
        seq: (seq += 1),
        delta: { status: 'running', nodes, events: [{ type: 'hammered' }, { type: 'hammered', node }] },
      });
    } else if (action === 'note') {
      await noteNode(pool, {
        tenant: TENANT,
        runId,
        node,
        note: { status: 'rate_limited', waiting: true, nextTryMs: 10 },
      });
    } else if (action === 'limit')
      await setBudget(pool, { tenant: TENANT, id: shared, limitMicroUsd: pick([30_000, 31_000]) });
    else if (action === 'expire') await expire(pool, { limit: 5, graceMs: 0 });
    else if (action === 'revoke') await revokeLeases(pool, [worker]);
    else if (action === 'publish')
      await publishArtifacts(
        pool,
        some(runs, 2)
          .flatMap((one) => [artifact(one.runId), artifact(`${one.runId}-x`)])
          .reverse(),
      );
    else if (action === 'close')
      await closeRun(pool, {
        tenant: TENANT,
        runId: '01938f3a-7c00-7000-8000-000000000000',
        status: 'failed',
        reasonCode: 'x',
        reason: 'x',
      });
    else {
      const unknown = some(await listAttempts(pool, { tenant: TENANT, states: ['unknown'], limit: 50 }), 4);
      const items = unknown.map(({ callKey, n }, index) =>
        index % 2 === 0
          ? { callKey, n, billed: false as const }
          : { callKey, n, billed: true as const, actualMicroUsd: 90 },
      );
      await reconcile(pool, TENANT, items);
    }
  }

  async function pay(worker: string): Promise<void> {
    const calls = some(targets, 4).map(({ runId, node, key }) =>
      call(key, Math.random() < 0.2 ? ['alone'] : [`agent:${runId}/${node}`], 100, {
        runId,
        node,
        owner: worker,
        leaseMs: pick([0, 5, 50]),
        waiterTtlMs: 20,
      }),
    );
    const mine = admitted(await reserve(pool, calls));
    if (mine.length === 0) return;
    await markSent(pool, some(mine, mine.length), 30);
    await renew(pool, some(mine, mine.length), 30);
    await settle(pool, some([...mine, ...some(earlier, 1)], mine.length + 1).map(outcomeOf));
    earlier.push(...mine);
  }

  function outcomeOf(attempt: Admitted) {
    const session = attempt.callKey.split('/')[0]!;
    const chance = Math.random();
    if (chance < 0.35)
      return answered(attempt, pick([20, 100, 140]), { artifacts: [artifact(session)], node: { status: 'running' } });
    return {
      ...attempt,
      outcome: chance < 0.65 ? ('failed' as const) : ('unknown' as const),
      failureClass: 'test',
      failure: 'test',
    };
  }

  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, index) => {
      for (let i = 0; i < TURNS_EACH; i += 1) await turn(`worker-${index}`);
    }),
  );
  expect(conflicts).toEqual([]);
  expect(await violations(pool)).toEqual([]);

  // Nothing is left open once all leases have ended.
  await pool.query(`UPDATE attempt SET lease_until = '-infinity' WHERE state IN ('reserved', 'sent')`);
  await expire(pool, { limit: 10_000, graceMs: 0 });
  expect(await violations(pool)).toEqual([]);
  expect(await sums(pool, shared)).toMatchObject({ reserved: 0 });
  expect(await listAttempts(pool, { tenant: TENANT, states: ['reserved', 'sent'], limit: 1 })).toEqual([]);

  // It would prove nothing if little had happened.
  expect(done['pay']).toBeGreaterThan(100);
  const { rows } = await pool.query(`
    SELECT count(*) FILTER (WHERE state = 'settled') AS settled, count(*) FILTER (WHERE state = 'void') AS void, count(*) FILTER (WHERE late) AS late,
           (SELECT count(*) FROM ledger_entry WHERE account = 'unknown') AS unknown, (SELECT count(*) FROM run_event WHERE type = 'attempt-lost') AS lost
    FROM attempt`);
  const missing = Object.entries(rows[0] as Record<string, number>).filter(([, count]) => count === 0);
  expect(missing).toEqual([]);
  const steps = await pool.query(
    'SELECT 1 FROM artifact GROUP BY session_id, branch_id HAVING count(*) <> max(step_idx) + 1',
  );
  expect(steps.rowCount).toBe(0);
  const events = await pool.query('SELECT 1 FROM run_event GROUP BY run_id HAVING count(*) <> max(seq)');
  expect(events.rowCount).toBe(0);
});
