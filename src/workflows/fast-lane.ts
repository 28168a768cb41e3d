import { CancellationScope, type LocalActivityInterfaceFor, proxyLocalActivities, sleep } from '@temporalio/workflow';

/**
 * After this much time of local steps the workflow task is ended by a timer: until then no marker is stored, a signal
 * waits, and a lost worker repeats them all (signals waited 4–8 s without it, 0.4 s with it; server 1.31.2).
 */
const TASK_MS_MAX = 400;
/** The same by count, for steps that take no time by the workflow's clock. */
const STEPS_MAX = 200;

/** A step that throws is a defect of its tool or a store that is away; neither is worth an hour of tries. */
const RETRY = {
  initialInterval: 100,
  backoffCoefficient: 3,
  maximumInterval: '10 seconds',
  maximumAttempts: 8,
} as const;

/**
 * Steps that cost nothing, as local activities. They run outside any cancellation: a cancel that meets a local activity
 * broke the workflow task in a third of the cases, and none of 48 so; it is looked at between them.
 */
export class FastLane<A extends object> {
  private readonly activities = proxyLocalActivities<A>({
    startToCloseTimeout: '5 seconds',
    retry: RETRY,
  });
  private steps = 0;
  private sinceMs = 0;
  private yielding: Promise<void> | undefined;

  async run<T>(step: (activities: LocalActivityInterfaceFor<A>) => Promise<T>): Promise<T> {
    await this.turn();
    return await this.uncancelled(() => step(this.activities));
  }

  private async uncancelled<T>(step: () => Promise<T>): Promise<T> {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) await scope.cancelRequested;
    return await CancellationScope.nonCancellable(step);
  }

  private async turn(): Promise<void> {
    if (this.steps === 0) this.sinceMs = Date.now();
    this.steps += 1;
    const isLong = this.steps > STEPS_MAX || Date.now() - this.sinceMs > TASK_MS_MAX;
    if (isLong) this.yielding ??= this.endTask();
    await this.yielding;
  }

  private async endTask(): Promise<void> {
    await CancellationScope.nonCancellable(() => sleep(1, { summary: 'let signals in' }));
    this.steps = 0;
    this.yielding = undefined;
  }
}
