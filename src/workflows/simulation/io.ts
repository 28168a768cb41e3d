import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { SimulationInput, SimulationIoActivities } from '../../contracts/simulation';
import { taskQueue } from '../../contracts/task-queues';

const SOON: ActivityOptions = { startToCloseTimeout: '2 minutes' };
/** The run waits for these: a lost process is found in seconds. */
const AWAITED: ActivityOptions = { ...SOON, heartbeatTimeout: '5 seconds' };

type Whose = Pick<SimulationInput, 'taskQueuePrefix'>;

/** Activities of the queue `io`; whatever may pass by itself is repeated without end. */
export function io<A>({ taskQueuePrefix }: Whose, summary: string, timeouts = SOON): A {
  return proxyActivities<never>({
    taskQueue: taskQueue('io', taskQueuePrefix),
    ...timeouts,
    retry: { initialInterval: 100, maximumInterval: '10 seconds' },
    summary,
  });
}

/** Those that play and write ticks. */
export function book(whose: Whose, summary: string): SimulationIoActivities {
  return io<SimulationIoActivities>(whose, summary, AWAITED);
}
