import { CPU_MS_PER_TICK_GUESS } from './pace';

/** What people say is heard meanwhile and obeyed at its end; a lost process's successor plays it again. */
const STRETCH_CPU_MS = 500;
/** With half a KB for each, its rows are a few MB. */
const TICKS_MAX = 5_000;
/** However long they take: the one behind them, which is computed twice, is to be a small part. */
const TICKS_LEAST = 4;

/** How ticks are played beside the workflow: with agents, or without. */
export type CourseKind = 'asked' | 'standing';

export type MsPerTick = Partial<Record<CourseKind, number>>;

/** How many ticks are played beside the workflow at a time: by the CPU time that one takes, as it was measured last. */
export class BesidePace {
  private readonly msPerTick: MsPerTick;

  constructor(carried: MsPerTick = {}) {
    this.msPerTick = { ...carried };
  }

  ticksOf(kind: CourseKind): number {
    const ticks = Math.floor(STRETCH_CPU_MS / (this.msPerTick[kind] ?? CPU_MS_PER_TICK_GUESS));
    return Math.max(TICKS_LEAST, Math.min(TICKS_MAX, ticks));
  }

  measured(kind: CourseKind, msPerTick: number): void {
    this.msPerTick[kind] = msPerTick;
  }

  carry(): MsPerTick {
    return this.msPerTick;
  }
}
