import { type Pool, runnersWith } from '../../adapters/postgres';
import type { PartitionActivities } from '../../contracts/partitioned-simulation';
import { runnerFor } from '../../domain/simulation/runners/runner';
import { toApplicationFailure } from '../to-application-failure';

/** Partitions with the same wishes take turns among the workers that offer them. */
export function createPlacePartition({ pool }: { pool: Pool }): PartitionActivities['placePartition'] {
  return async ({ tenant, position, requires }) => {
    try {
      const workers = await runnersWith(pool, tenant, requires, ['worker']);
      return workers.length === 0 ? null : { taskQueue: runnerFor(position, workers).address };
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}
