/** A slice of a workflow task: longer ones would delay the other workflows of the worker (2.5 s did, by 4–15 s). */
const SLICE_CPU_MS = 100;
/** Nothing is recorded before the first slice of a history ends, and nothing is played after its last one: both are short. */
const SHORT_SLICE_CPU_MS = 20;
/** What a lost worker's successor has to play again. */
const HISTORY_CPU_MS = 500;
/** Before the first measurement. A day of a large market takes 2.5 ms. */
export const CPU_MS_PER_TICK_GUESS = 5;

/** How many ticks are played at a time, and in one history: by the CPU time that a tick takes, as it was measured last. */
export class Pace {
  private ticks = 0;
  private isFirstSlice = true;

  constructor(public cpuMsPerTick = CPU_MS_PER_TICK_GUESS) {}

  /** Full slices, then ever shorter ones: half of what is left. */
  get sliceTicks(): number {
    const left = HISTORY_CPU_MS - this.playedCpuMs;
    const cpuMs = this.isFirstSlice ? SHORT_SLICE_CPU_MS : Math.min(SLICE_CPU_MS, left / 2);
    return Math.max(1, Math.floor(Math.max(SHORT_SLICE_CPU_MS, cpuMs) / this.cpuMsPerTick));
  }

  get isHistorySpent(): boolean {
    return this.playedCpuMs >= HISTORY_CPU_MS;
  }

  played(ticks: number): void {
    this.ticks += ticks;
  }

  sliceEnded(): void {
    this.isFirstSlice = false;
  }

  private get playedCpuMs(): number {
    return this.ticks * this.cpuMsPerTick;
  }
}
