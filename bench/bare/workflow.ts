import { CancellationScope, condition, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { ReadyQueue } from './ready-queue';
import type { BareActivities, BareInput, BareLocalActivities } from './shape';

/** A graph on Temporal and nothing else: no ledger, limiter, artifacts or read model. The floor of what a step costs. */
export async function bareGraph(input: BareInput): Promise<number> {
  const { durationsMs, dependencies, parallel } = input;
  const step = stepOf(input);
  const queue = new ReadyQueue(dependencies);
  let running = 0;
  let done = 0;
  let fail: (error: unknown) => void;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  const run = async (index: number) => {
    await step(index);
    running -= 1;
    done += 1;
    queue.complete(index);
    start();
  };
  const start = () => {
    for (let index; running < parallel && (index = queue.take()) !== undefined;) {
      running += 1;
      run(index).catch(fail);
    }
  };
  start();
  await Promise.race([condition(() => done === durationsMs.length), failed]);
  return done;
}

function stepOf({ durationsMs, activityQueue, lane, key }: BareInput): (index: number) => Promise<unknown> {
  if (lane === 'fast') {
    const { store } = proxyLocalActivities<BareLocalActivities>({ startToCloseTimeout: '5 seconds' });
    return (index) => CancellationScope.nonCancellable(() => store(`${key}/${index}`));
  }
  const { wait } = proxyActivities<BareActivities>({ taskQueue: activityQueue, startToCloseTimeout: '1 minute' });
  return (index) => wait(durationsMs[index]!);
}
