import { CancellationScope, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { BareActivities, BareLocalActivities, BareTicksInput } from './shape';

/** An agent asked tick by tick on Temporal and nothing else: no world, ledger, limiter, artifacts, record or read model. */
export async function bareTicks(input: BareTicksInput): Promise<number> {
  const { ticks } = input;
  const step = stepOf(input);
  for (let tick = 0; tick < ticks; tick += 1) await step(tick);
  return ticks;
}

function stepOf({ activityQueue, call, key }: BareTicksInput): (tick: number) => Promise<unknown> {
  if (call === undefined) {
    const { store } = proxyLocalActivities<BareLocalActivities>({ startToCloseTimeout: '5 seconds' });
    return (tick) => CancellationScope.nonCancellable(() => store(`${key}/${tick}`));
  }
  const { ask } = proxyActivities<BareActivities>({ taskQueue: activityQueue, startToCloseTimeout: '1 minute' });
  return () => ask(call);
}
