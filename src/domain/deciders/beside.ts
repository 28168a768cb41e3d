import type { Json } from '../kernel/canonical-json';
import type { Stop } from '../simulation/fast-forward';
import { settledOn } from '../simulation/memory/agent-memory';
import type { Position } from '../simulation/position';
import { BesidePace, type CourseKind, type MsPerTick } from '../simulation/run/beside-pace';
import type { SimulatedAgent } from '../simulation/run/simulation-plan';
import type { Course } from './course';

/** Fewer cost less here than an activity does: six events, and some ten milliseconds. */
export const TICKS_MIN = 16;
/** Where tick after tick is not plain, it is tried again as rarely. */
const WAIT_TICKS_MAX = 1_024;
/** It goes to and fro with each stretch; Temporal takes 2 MB. The position of a hundred sellers has 340 KB. */
const BYTES_MAX = 256 * 1024;

/** Ticks that are played beside the workflow, and how. */
export interface Onward {
  course: Course;
  untilTick: number;
}

/** What the next history goes on with. */
export interface CarriedBeside {
  msPerTick: MsPerTick;
  notBefore: number;
}

/** How a stretch ended. */
interface Ended {
  position: { tick: number };
  cpuMsPerTick?: number;
}

/** When it is worth it to have ticks played beside the workflow, and how many at a time. */
export class Beside {
  private readonly pace: BesidePace;
  private notBefore: number;
  private waitTicks = TICKS_MIN;

  constructor(carried?: CarriedBeside) {
    this.pace = new BesidePace(carried?.msPerTick);
    this.notBefore = carried?.notBefore ?? 0;
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

  /** False: it would be too much for a history, and is played here for a while. */
  fits(position: Position<Json, Json>, { course }: Onward): boolean {
    const fits = JSON.stringify({ position, course }).length <= BYTES_MAX;
    if (!fits) this.wait(position.tick);
    return fits;
  }

  /** The run plays the next tick, whether that is not plain or the stretch was over. Where few were plain, the next ones may be as few. */
  ended(fromTick: number, { course, untilTick }: Onward, { position, cpuMsPerTick }: Ended): void {
    if (cpuMsPerTick !== undefined) this.pace.measured(course.kind, cpuMsPerTick);
    if (position.tick < untilTick && position.tick - fromTick < TICKS_MIN) return this.wait(position.tick);
    this.notBefore = position.tick + 1;
    this.waitTicks = TICKS_MIN;
  }

  carry(): CarriedBeside {
    return { msPerTick: this.pace.carry(), notBefore: this.notBefore };
  }

  private wait(tick: number): void {
    this.notBefore = tick + this.waitTicks;
    this.waitTicks = Math.min(2 * this.waitTicks, WAIT_TICKS_MAX);
  }
}

/** A fast-forward that something may end is over soon as often as not. */
export function isLong({ wake, fromTick }: Pick<Stop, 'wake'> & { fromTick: number }, tick: number): boolean {
  return wake.length === 0 || tick - fromTick >= TICKS_MIN;
}

/**
 * Nobody has to be waited for: bots are code, and of models only recordings are asked. What a model said in a review is
 * read again from its artifact, which is not stored before its tick is.
 */
export function decideAlone(agents: readonly SimulatedAgent[], byRecordings: boolean): boolean {
  return agents.every((agent) => {
    if (agent.kind === 'script') return true;
    const reviews = agent.kind === 'llm' && agent.memory && settledOn(agent.memory).reviews === 'model';
    return agent.kind === 'llm' && byRecordings && !reviews;
  });
}
