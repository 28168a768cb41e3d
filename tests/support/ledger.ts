import { randomBytes, randomUUID } from 'node:crypto';
import type { Pool } from '../../src/adapters/postgres/connection';
import { createBudget } from '../../src/adapters/postgres/budgets';
import type {
  OwnedAttempt,
  ReserveAnswer,
  ReserveCall,
  SettleAnswered,
} from '../../src/adapters/postgres/ledger-types';
import { createRun, type NewRun } from '../../src/adapters/postgres/runs';
import { withTransaction } from '../../src/adapters/postgres/transaction';
import type { NewArtifact } from '../../src/domain/artifacts/header';
import { uuidV7 } from '../../src/domain/kernel/ids';

/** Builders for suites about the ledger: everything valid by default, so that a test names only what it is about. */
export const TENANT = 'acme';

export function newId(): string {
  return uuidV7(Date.now(), randomBytes(10));
}

export async function budget(pool: Pool, id: string, limitMicroUsd: number, parentId?: string): Promise<string> {
  await createBudget(pool, { tenant: TENANT, id, limitMicroUsd, parentId });
  return id;
}

/** A run of agents a, b, … with a limit of 1,000,000 µUSD each and for all. */
export async function run(pool: Pool, overrides: Partial<NewRun> = {}): Promise<NewRun> {
  const runId = newId();
  const input: NewRun = {
    tenant: TENANT,
    runId,
    kind: 'agent-run',
    name: 'test',
    graphId: null,
    parameters: {},
    workflowId: `agent-run/${TENANT}/test/${runId}`,
    costLimitMicroUsd: 1_000_000,
    nodes: ['a', 'b'].map((name) => ({ name, costLimitMicroUsd: 1_000_000 })),
    ...overrides,
  };
  await withTransaction(pool, (tx) => createRun(tx, input));
  return input;
}

export function call(
  callKey: string,
  budgets: string[],
  estimateMicroUsd: number,
  overrides: Partial<ReserveCall> = {},
): ReserveCall {
  return {
    callKey,
    token: randomUUID(),
    tenant: TENANT,
    runId: null,
    node: null,
    budgets,
    estimateMicroUsd,
    owner: 'worker-1',
    leaseMs: 60_000,
    waiterTtlMs: 60_000,
    provider: 'scripted',
    model: 'scripted-echo',
    priceVersion: 'test-1',
    requestHash: 'hash-1',
    ...overrides,
  };
}

export type Admitted = Extract<ReserveAnswer, { answer: 'admitted' }>;

export function admitted(answers: ReserveAnswer[]): Admitted[] {
  return answers.filter((answer) => answer.answer === 'admitted');
}

export function answered(
  attempt: OwnedAttempt,
  actualMicroUsd: number,
  overrides: Partial<SettleAnswered> = {},
): SettleAnswered {
  return {
    callKey: attempt.callKey,
    n: attempt.n,
    epoch: attempt.epoch,
    outcome: 'answered',
    actualMicroUsd,
    inputTokens: 10,
    outputTokens: 5,
    model: 'scripted-echo-1',
    finishReason: 'stop',
    artifactRef: randomUUID(),
    artifacts: [],
    ...overrides,
  };
}

export function artifact(sessionId: string, overrides: Partial<NewArtifact> = {}): NewArtifact {
  return {
    ref: newId(),
    tenant: TENANT,
    sessionId,
    type: 'state',
    mime: 'application/json',
    driver: 'filesystem',
    sha256: 'ab'.repeat(32),
    bytes: 10,
    rawBytes: 20,
    ...overrides,
  };
}

export interface BudgetSums {
  settled: number;
  reserved: number;
  unknown: number;
  overrun: number;
  limit: number;
}

export async function sums(pool: Pool, id: string): Promise<BudgetSums> {
  const { rows } = await pool.query<BudgetSums>(
    `SELECT settled_micro_usd AS settled, reserved_micro_usd AS reserved, unknown_micro_usd AS unknown, overrun_micro_usd AS overrun, limit_micro_usd AS limit
     FROM budget WHERE id = $1`,
    [id],
  );
  return rows[0]!;
}

/** Lets a lease end without waiting for it. */
export async function endLeases(pool: Pool, callKey: string): Promise<void> {
  await pool.query(
    `UPDATE attempt SET lease_until = clock_timestamp() - interval '1 s' WHERE call_key = $1 AND state IN ('reserved', 'sent')`,
    [callKey],
  );
}

/** What must be true of every database at every moment; each row is a violation. */
export async function violations(pool: Pool): Promise<unknown[]> {
  // A database that is minutes old has no statistics: after a run of a thousand agents the planner took over 8 s without.
  await pool.query('ANALYZE budget, reservation, attempt, ledger_entry, call_result');
  const { rows } = await pool.query(`
    SELECT 'over limit' AS what, id FROM budget
      WHERE settled_micro_usd + reserved_micro_usd + unknown_micro_usd > limit_micro_usd + overrun_micro_usd
    UNION ALL
    SELECT 'reserved is not the sum of open attempts', b.id FROM budget b
      WHERE reserved_micro_usd <> (SELECT coalesce(sum(r.estimate_micro_usd), 0) FROM reservation r JOIN attempt t USING (call_key, n)
                                   WHERE r.budget_id = b.id AND t.state IN ('reserved', 'sent'))
    UNION ALL
    SELECT 'unknown is not the sum of unknown attempts', b.id FROM budget b
      WHERE unknown_micro_usd <> (SELECT coalesce(sum(r.estimate_micro_usd), 0) FROM reservation r JOIN attempt t USING (call_key, n)
                                  WHERE r.budget_id = b.id AND t.state = 'unknown')
    UNION ALL
    SELECT 'settled is not the sum of settled attempts', b.id FROM budget b
      WHERE settled_micro_usd <> (SELECT coalesce(sum(t.actual_micro_usd), 0) FROM reservation r JOIN attempt t USING (call_key, n)
                                  WHERE r.budget_id = b.id AND t.state = 'settled')
    UNION ALL
    SELECT 'a posting does not sum to zero', posting::text FROM ledger_entry GROUP BY posting HAVING sum(amount_micro_usd) <> 0
    UNION ALL
    SELECT 'the ledger of an attempt is not its state', t.call_key || '#' || t.n FROM attempt t
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount_micro_usd) FILTER (WHERE account IN ('known', 'overrun')), 0) AS spent,
               coalesce(sum(amount_micro_usd) FILTER (WHERE account = 'unknown'), 0) AS held
        FROM ledger_entry l WHERE l.call_key = t.call_key AND l.n = t.n) l
      WHERE l.spent <> CASE WHEN t.state = 'settled' THEN t.actual_micro_usd ELSE 0 END
         OR l.held <> CASE WHEN t.state = 'unknown' THEN t.estimate_micro_usd ELSE 0 END
    UNION ALL
    SELECT 'a result without its settled attempt', r.call_key FROM call_result r
      LEFT JOIN attempt t ON t.call_key = coalesce(r.shared_from, r.call_key) AND t.n = r.n AND t.state = 'settled' AND NOT t.late
      WHERE t.call_key IS NULL AND r.cassette IS NULL
    UNION ALL
    SELECT 'a header without its payload', a.ref::text FROM artifact a
      LEFT JOIN payload p ON p.sha256 = decode(a.sha256, 'hex') AND p.bytes = a.bytes
      WHERE a.driver = 'inline' AND p.sha256 IS NULL`);
  return rows;
}
