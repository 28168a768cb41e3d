import { getTask, type HumanTask, type Pool } from '../../adapters/postgres';
import { LonghaulError } from '../../domain/kernel/errors';

/** @throws LonghaulError NotFound, for an unknown task as for another tenant's */
export async function requireTask(pool: Pool, tenant: string, taskId: string): Promise<HumanTask> {
  const task = await getTask(pool, tenant, taskId);
  if (task === undefined) throw new LonghaulError('NotFound', { what: 'Task', id: taskId });
  return task;
}
