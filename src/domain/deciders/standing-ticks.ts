import type { Json } from '../kernel/canonical-json';
import { wokenBy } from '../simulation/fast-forward';
import { playStanding, type PlayedTick } from '../simulation/play';
import type { Position } from '../simulation/position';
import type { WorldEvent } from '../simulation/world';
import type { AnyWorld } from '../worlds';
import type { Deciding } from './model-call';
import type { Course, PlainTicks, Reached } from './course';

/** Ticks in which nobody is asked. The one after which somebody wakes is not plain. */
export class StandingTicks implements PlainTicks {
  readonly reached: Reached;

  constructor(
    private readonly world: AnyWorld,
    start: Position<Json, Json>,
    private readonly course: Extract<Course, { kind: 'standing' }>,
  ) {
    this.reached = { position: start, answered: [] };
  }

  *next(): Deciding<PlayedTick<Json, Json, WorldEvent> | undefined> {
    const played = playStanding(this.world, this.reached.position);
    const { position, events } = played;
    if (wokenBy(this.world, this.course.wake, position.state, events) !== undefined) return undefined;
    this.reached.position = position;
    return played;
  }
}
