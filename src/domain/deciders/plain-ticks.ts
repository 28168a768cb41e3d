import type { Json } from '../kernel/canonical-json';
import type { Position } from '../simulation/position';
import type { WorldEntry } from '../worlds';
import { AskedTicks } from './asked-ticks';
import type { Course, PlainTicks } from './course';
import { StandingTicks } from './standing-ticks';

export function plainTicks(entry: WorldEntry, start: Position<Json, Json>, course: Course): PlainTicks {
  return course.kind === 'standing'
    ? new StandingTicks(entry.world, start, course)
    : new AskedTicks(entry, start, course);
}
