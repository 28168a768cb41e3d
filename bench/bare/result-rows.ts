import { Pool } from 'pg';
import type { BareLocalActivities } from './shape';

/** One row per step, inserted or found: the least that makes a local activity's result the same when it is repeated. */
export async function openResultRows(url: string): Promise<BareLocalActivities & { close(): Promise<void> }> {
  const pool = new Pool({ connectionString: url, max: 10 });
  // Both workers come at once, and IF NOT EXISTS alone does not survive that.
  await pool.query(`SELECT pg_advisory_lock(7); CREATE TABLE IF NOT EXISTS bench_result (key text PRIMARY KEY, value jsonb NOT NULL);
    SELECT pg_advisory_unlock(7)`);
  return {
    store: async (key) => {
      const { rows } = await pool.query<{ value: string }>(
        `INSERT INTO bench_result (key, value) VALUES ($1, '"done"') ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING value`,
        [key],
      );
      return rows[0]!.value;
    },
    close: () => pool.end(),
  };
}
