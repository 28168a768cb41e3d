import {
  listTickEvents,
  listTicks,
  modelUsage,
  type Pool,
  type TickEventRow,
  type TickRange,
  type TickRow,
} from '../../adapters/postgres';
import type { ModelUsage } from '../../domain/evaluation/metrics/metric';
import type { WorldEvent } from '../../domain/simulation/world';
import type { ConcludedTick } from '../../domain/worlds';

const TICKS_PER_READ = 1_000;
const EVENTS_PER_READ = 10_000;
/** A read looks at every call of the run, so there are few of them. */
const USAGE_TICKS_PER_READ = 50_000;

/** With the version that played it. */
export type RecordedOne = ConcludedTick & { worldVersion: number };

type Recorded = Omit<TickRange, 'after' | 'limit'>;

/** The ticks of a run from its first on, page by page, with what happened in them and what models used. */
export async function* recordedRun(pool: Pool, { tenant, runId, until }: Recorded): AsyncGenerator<RecordedOne[]> {
  const untilTick = (after: number, ticks: number) => ({ tenant, runId, after, until: Math.min(until, after + ticks) });
  let usage: UsageByTick = new Map();
  let coming = pageOf(pool, untilTick(0, TICKS_PER_READ));
  for (let after = 0; after < until; after += TICKS_PER_READ) {
    if (after % USAGE_TICKS_PER_READ === 0) usage = await usageOf(pool, untilTick(after, USAGE_TICKS_PER_READ));
    const { rows, events } = await coming;
    if (rows.length === 0) return;
    coming = pageOf(pool, untilTick(after + TICKS_PER_READ, TICKS_PER_READ)); // read while this one is looked at
    coming.catch(() => undefined); // thrown where it is awaited, if it is
    yield rows.map((row) => concludedTick(row, events.get(row.tick) ?? [], usage.get(row.tick)));
  }
}

interface Page {
  rows: TickRow[];
  events: ReadonlyMap<number, WorldEvent[]>;
}

async function pageOf(pool: Pool, range: Omit<TickRange, 'limit'>): Promise<Page> {
  if (range.after >= range.until) return { rows: [], events: new Map() };
  const [rows, events] = await Promise.all([
    listTicks(pool, { ...range, limit: TICKS_PER_READ }),
    eventsOf(pool, range),
  ]);
  return { rows, events };
}

type UsageByTick = ReadonlyMap<number, ModelUsage>;

async function usageOf(pool: Pool, range: Omit<TickRange, 'limit'>): Promise<UsageByTick> {
  const used = await modelUsage(pool, range);
  return new Map(
    used.map(({ tick: at, tokens, costsMicroUsd }) => {
      const costMicroUsd = costsMicroUsd.reduce((sum, cost) => sum + cost, 0);
      return [at, { tokens, costMicroUsd, operationsMicroUsd: costsMicroUsd }];
    }),
  );
}

async function eventsOf(pool: Pool, range: Omit<TickRange, 'limit'>): Promise<Map<number, WorldEvent[]>> {
  const byTick = new Map<number, WorldEvent[]>();
  let last: TickEventRow | undefined;
  for (let page = EVENTS_PER_READ; page === EVENTS_PER_READ;) {
    const behind = last ? { after: last.tick, afterPosition: last.position } : {};
    const events = await listTickEvents(pool, { ...range, ...behind, limit: EVENTS_PER_READ });
    for (const { tick, position: _, ...event } of events) listOf(byTick, tick).push(event);
    page = events.length;
    last = events.at(-1);
  }
  return byTick;
}

function listOf(byTick: Map<number, WorldEvent[]>, tick: number): WorldEvent[] {
  const known = byTick.get(tick);
  if (known) return known;
  const events: WorldEvent[] = [];
  byTick.set(tick, events);
  return events;
}

function concludedTick(
  { tick, worldVersion, figures, storyline, mood, rounds }: TickRow,
  events: WorldEvent[],
  usage: ModelUsage | undefined,
): RecordedOne {
  const recorded = {
    tick,
    worldVersion,
    summary: { figures, storyline, mood },
    events,
    answers: (rounds ?? []).flat(),
  };
  return usage ? { ...recorded, usage } : recorded;
}
