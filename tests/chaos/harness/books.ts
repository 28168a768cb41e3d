import type { Pool } from 'pg';
import type { AcceptedLine } from '../../../src/model-server/book';

/** An attempt as PostgreSQL has it. */
export interface AttemptRow {
  key: string;
  state: 'reserved' | 'sent' | 'settled' | 'void' | 'unknown';
  /** Its answer is the call's result: whoever asks again must be given it. */
  isResult: boolean;
  priceVersion: string;
  actualMicroUsd: number | null;
}

/** What a run has brought: its status, and each completed agent's output and price. */
export interface Outcome {
  status: string;
  /** Of a simulation: how far it came, and the hash of the state there. */
  end: { tick: number; hash: string } | null;
  /** Agent → digest of the output (one of a simulation has none) and cost of the stored answers. */
  agents: Record<string, { sha256: string | null; costMicroUsd: number | null }>;
}

/** Everything that is known of the runs of one scenario, from the two books. */
export interface Books {
  attempts: Map<string, AttemptRow>;
  accepted: AcceptedLine[];
  outcomes: Map<string, Outcome>;
}

export async function readBooks(
  pool: Pool,
  accepted: readonly AcceptedLine[],
  runIds: readonly string[],
): Promise<Books> {
  const attempts = await pool.query<AttemptRow>(
    `SELECT t.call_key || '#' || t.n AS key, t.state, t.price_version AS "priceVersion", t.actual_micro_usd AS "actualMicroUsd", r.n IS NOT NULL AS "isResult"
     FROM attempt t LEFT JOIN call_result r ON r.call_key = t.call_key AND r.n = t.n WHERE t.run_id = ANY ($1)`,
    [runIds],
  );
  return {
    attempts: new Map(attempts.rows.map((row) => [row.key, row])),
    accepted: accepted.filter(({ attemptKey }) => attemptKey === null || runIds.includes(attemptKey.split('/')[0]!)),
    outcomes: new Map(await Promise.all(runIds.map(async (runId) => [runId, await outcomeOf(pool, runId)] as const))),
  };
}

async function outcomeOf(pool: Pool, runId: string): Promise<Outcome> {
  const run = await pool.query<{ status: string; tick: number | null; hash: string }>(
    'SELECT r.status, s.tick, s.hash FROM run r LEFT JOIN simulation s ON s.run_id = r.id WHERE r.id = $1',
    [runId],
  );
  const agents = await pool.query<{ name: string; sha256: string | null; costMicroUsd: number | null }>(
    `SELECT n.name, a.sha256, (SELECT sum(r.cost_micro_usd)::bigint FROM call_result r WHERE r.run_id = n.run_id AND r.node = n.name) AS "costMicroUsd"
     FROM run_node n LEFT JOIN artifact a ON a.ref = n.output_ref WHERE n.run_id = $1 AND n.status = 'completed' ORDER BY n.name`,
    [runId],
  );
  const { status, tick, hash } = run.rows[0]!;
  return {
    status,
    end: tick === null ? null : { tick, hash },
    agents: Object.fromEntries(agents.rows.map(({ name, ...rest }) => [name, rest])),
  };
}
