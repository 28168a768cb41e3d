import { proxyActivities } from '@temporalio/workflow';
import type { BareActivities, BareTicksInput } from './shape';

/** An agent asked tick by tick on Temporal and nothing else: no world, ledger, limiter, artifacts, record or read model. */
export async function bareTicks({ ticks, activityQueue, call }: BareTicksInput): Promise<number> {
  const { ask } = proxyActivities<BareActivities>({ taskQueue: activityQueue, startToCloseTimeout: '1 minute' });
  for (let tick = 0; tick < ticks; tick += 1) await ask(call);
  return ticks;
}
