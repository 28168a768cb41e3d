import { execute, type Db } from './rows';

/** Gives up a call's places in the queues for room. Idempotent; a call that never waited has none. */
export async function leaveBudgetQueues(db: Db, callKey: string): Promise<void> {
  await execute(db, 'DELETE FROM budget_waiter WHERE call_key = $1', [callKey]);
}
