import type { Forwarding, PlayOnResult } from '../../contracts/simulation';
import { type Course, decideAlone } from '../../domain/deciders/course';
import { BesidePace, type CourseKind, type MsPerTick } from '../../domain/simulation/run/beside-pace';
import type { SimulationPlan } from '../../domain/simulation/run/simulation-plan';

/** Fewer cost less here than an activity does: six events, and some ten milliseconds. */
export const TICKS_MIN = 16;

/** Ticks that are played beside the workflow, and how. */
export interface Onward {
  course: Course;
  untilTick: number;
}

/** When it is worth it to have ticks played beside the workflow, and how many at a time. */
export class Beside {
  readonly pace: BesidePace;
  private notBefore = 0;

  constructor(carried?: MsPerTick) {
    this.pace = new BesidePace(carried);
  }

  /**
   * The last tick is left to the run: what follows from it is decided there.
   *
   * @param lastTick how far it would go
   * @returns undefined: play here
   */
  untilTick(kind: CourseKind, tick: number, lastTick: number): number | undefined {
    if (tick < this.notBefore || lastTick - tick <= TICKS_MIN) return undefined;
    return Math.min(lastTick - 1, tick + this.pace.ticksOf(kind));
  }

  /** The next tick is not plain, or the stretch was over. Where few were plain, the next ones may be as few. */
  ended(kind: CourseKind, fromTick: number, { position, cpuMsPerTick }: PlayOnResult): void {
    const isFew = position.tick - fromTick < TICKS_MIN;
    this.notBefore = position.tick + (isFew ? TICKS_MIN : 1);
    if (cpuMsPerTick !== undefined) this.pace.measured(kind, cpuMsPerTick);
  }
}

/** A fast-forward that something may end is over soon as often as not. */
export function isLong({ wake, fromTick }: Forwarding, tick: number): boolean {
  return wake.length === 0 || tick - fromTick >= TICKS_MIN;
}

/** Nobody has to be waited for. */
export function goesAlone({ agents, cassette }: SimulationPlan): boolean {
  return decideAlone(agents, cassette === 'replay');
}
