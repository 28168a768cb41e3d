import { setTimeout as sleep } from 'node:timers/promises';
import { readyLine, startProgram, type ProgramSpec, type RunningProgram } from './program';
import type { ProgramEvent } from './program-event';
import { waitFor } from './wait-for';

/** A program that can wait, booted, for the death of its sibling. */
export interface StandbySpec extends ProgramSpec {
  /** Tells it to serve; it prints its READY line then. */
  promoteSignal: NodeJS.Signals;
  promoteTimeoutMs: number;
}

/** A standby that does not start is no emergency: its sibling serves. */
const RETRY_MS = 5_000;

/** Keeps one spare process of a program waiting. */
export class WarmStandby {
  private waiting: RunningProgram | undefined;
  private starting: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(
    private readonly spec: StandbySpec,
    private readonly onEvent: (event: ProgramEvent) => void,
  ) {}

  /** In the background: nobody waits for a spare. */
  prepare(): void {
    this.starting = this.starting.then(() => this.launch());
  }

  /** @returns the spare, serving now; undefined when none waits, or when it died of being promoted. */
  async promote(): Promise<RunningProgram | undefined> {
    const spare = this.waiting;
    this.waiting = undefined;
    if (!spare) return undefined;
    let ended = false;
    void spare.exited.then(() => (ended = true));
    spare.kill(this.spec.promoteSignal);
    const info = await waitFor<object>(async () => (ended ? {} : readyLine(spare.output)), this.spec.promoteTimeoutMs);
    if (info && !ended) return { ...spare, info };
    await spare.stop();
    return undefined;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.waiting?.stop();
    await this.starting;
  }

  private async launch(): Promise<void> {
    while (!this.stopping.signal.aborted && !this.waiting) {
      try {
        await this.launchOnce();
      } catch (error) {
        const { name } = this.spec;
        this.onEvent({ type: 'start-failed', name, message: (error as Error).message, nextTryMs: RETRY_MS });
        // An abort ends the wait; the loop looks at the signal.
        await sleep(RETRY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  private async launchOnce(): Promise<void> {
    const { name } = this.spec;
    const startedMs = performance.now();
    const spare = await startProgram(this.spec, (pid) => this.onEvent({ type: 'spawned', name, pid }));
    if (this.stopping.signal.aborted) return await spare.stop();
    this.waiting = spare;
    const { pid, info } = spare;
    this.onEvent({
      type: 'ready',
      name,
      pid,
      info,
      restarted: false,
      tookMs: Math.round(performance.now() - startedMs),
    });
    void spare.exited.then(() => {
      if (this.waiting !== spare || this.stopping.signal.aborted) return; // promoted: its sibling's supervisor reports it
      this.waiting = undefined;
      this.prepare();
    });
  }
}
