import type { Pool } from '../../adapters/postgres';
import { recordProgress } from '../../adapters/postgres/ledger';
import type { IoActivities } from '../../contracts/agent-run';
import { toApplicationFailure } from '../to-application-failure';

/** A record that was applied before (its answer was lost, and Temporal repeats it) changes nothing. */
export function createRecordProgress(deps: { pool: Pool }): IoActivities['recordProgress'] {
  return async ({ tenant, runId, seq, delta }) => {
    try {
      await recordProgress(deps.pool, { tenant, runId, seq, delta });
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}
