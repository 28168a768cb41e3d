import { Pool } from 'pg';
import type { BareLocalActivities } from './shape';

/** One row per step, inserted or found: the least that makes a local activity's result the same when it is repeated. */
export async function openResultRows(url: string): Promise<BareLocalActivities & { close(): Promise<void> }> {
  const pool = new Pool({ connectionString: url, max: 10 });
  // An idle connection that the server ends would otherwise end the process, too.
  pool.on('error', (error) => process.emitWarning(error));
  await pool.query('CREATE TABLE IF NOT EXISTS bench_result (key text PRIMARY KEY, value jsonb NOT NULL)');
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
