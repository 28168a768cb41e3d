import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup, startProgram, type ProgramSpec, type RunningProgram } from './program';
import type { ProgramEvent } from './program-event';
import { WarmStandby, type StandbySpec } from './warm-standby';

/** The first restart comes at once: most deaths are single, and every ms counts for the calls that wait. */
const BACKOFF_MS = [0, 100, 250, 500, 1_000, 2_500, 5_000];
/** A program that has served this long did not die of its start: a boot takes one second, and a crash in what it takes up first comes soon. */
const STABLE_MS = 3_000;

/** Keeps one program alive from `start` to `stop`. */
export class SupervisedProgram {
  private current: RunningProgram | undefined;
  private spawnedPid: number | undefined;
  private failures = 0;
  private readonly stopping = new AbortController();
  private keptAlive: Promise<void> = Promise.resolve();
  private readonly standby: WarmStandby | undefined;

  constructor(
    readonly spec: ProgramSpec,
    private readonly onEvent: (event: ProgramEvent) => void,
    standby?: StandbySpec,
  ) {
    this.standby = standby && new WarmStandby(standby, onEvent);
  }

  /** The process that serves now; undefined between two lives. */
  get pid(): number | undefined {
    return this.current?.pid;
  }

  /** The first start is not retried: what is wrong then stays wrong. @throws LonghaulError ProgramFailed */
  async start(): Promise<RunningProgram> {
    const program = await this.launch(false);
    this.keptAlive = this.keepAlive(program);
    this.standby?.prepare();
    return program;
  }

  kill(signal: NodeJS.Signals): void {
    if (this.spawnedPid !== undefined) signalGroup(this.spawnedPid, signal);
  }

  async stop(): Promise<void> {
    if (this.stopping.signal.aborted) return this.keptAlive;
    this.stopping.abort();
    await this.standby?.stop(); // first: it must not take over from one that drains
    if (this.current) await this.current.stop();
    else this.kill('SIGKILL'); // between spawn and ready: it has nothing to drain yet
    await this.keptAlive;
    this.onEvent({ type: 'stopped', name: this.spec.name });
  }

  private async keepAlive(first: RunningProgram): Promise<void> {
    for (let program: RunningProgram | undefined = first; program; program = await this.relaunch()) {
      const bornMs = performance.now();
      const exit = await program.exited;
      this.current = this.spawnedPid = undefined;
      if (this.stopping.signal.aborted) return;
      if (performance.now() - bornMs > STABLE_MS) this.failures = 0;
      this.onEvent({ type: 'died', name: this.spec.name, pid: program.pid, code: exit.code, signal: exit.signal });
    }
  }

  /** @returns undefined when it was told to stop meanwhile. */
  private async relaunch(): Promise<RunningProgram | undefined> {
    while (!this.stopping.signal.aborted) {
      await this.backOff();
      if (this.stopping.signal.aborted) return undefined;
      try {
        return (await this.promote()) ?? (await this.launch(true));
      } catch (error) {
        this.onEvent({
          type: 'start-failed',
          name: this.spec.name,
          message: (error as Error).message,
          nextTryMs: this.nextDelayMs(),
        });
      }
    }
    return undefined;
  }

  private async launch(restarted: boolean): Promise<RunningProgram> {
    const startedMs = performance.now();
    const program = await startProgram(this.spec, (pid) => this.spawned(pid));
    return this.serves(program, restarted, startedMs);
  }

  /** The sibling that waits takes over; the next one to wait is started meanwhile. */
  private async promote(): Promise<RunningProgram | undefined> {
    const startedMs = performance.now();
    const program = await this.standby?.promote();
    this.standby?.prepare();
    if (!program) return undefined;
    this.spawned(program.pid);
    return this.serves(program, true, startedMs);
  }

  private spawned(pid: number): void {
    this.spawnedPid = pid;
    this.onEvent({ type: 'spawned', name: this.spec.name, pid });
    if (this.stopping.signal.aborted) this.kill('SIGKILL');
  }

  private serves(program: RunningProgram, restarted: boolean, startedMs: number): RunningProgram {
    const { pid, info } = program;
    this.current = program;
    this.onEvent({
      type: 'ready',
      name: this.spec.name,
      pid,
      info,
      restarted,
      tookMs: Math.round(performance.now() - startedMs),
    });
    return program;
  }

  private async backOff(): Promise<void> {
    const delayMs = this.nextDelayMs();
    this.failures += 1;
    // An abort ends the wait; the caller looks at the signal.
    await sleep(delayMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  private nextDelayMs(): number {
    return BACKOFF_MS[Math.min(this.failures, BACKOFF_MS.length - 1)]!;
  }
}
