import type { Json } from '../../src/domain/kernel/canonical-json';
import type { Progress, WorldEvent } from '../../src/domain/simulation/world';
import type { Migration, WorldEntry } from '../../src/domain/worlds/world-entry';

// Only types are imported: this file is also copied beside the worlds of a planted product.

type Counted = { laterDays: number };

/**
 * Later versions of the market: the second one counts its own days, in its state and in its rows; the third one can take
 * over in the first week only; nothing leads to the fifth.
 */
export function laterMarkets(first: WorldEntry): WorldEntry[] {
  const second = counting(first);
  const third = { ...second, world: { ...second.world, version: 3 }, migrate: early };
  return [second, third, { ...first, world: { ...first.world, version: 5 } }];
}

const early: Migration = {
  state: (state) => {
    if ((state as { day: number }).day <= 7) return state;
    throw Object.assign(new Error('marketplace: the third version begins in the first week'), {
      name: 'InvariantError',
    });
  },
  decision: (decision) => decision,
};

function counting(first: WorldEntry): WorldEntry {
  const { world } = first;
  const daysOf = (state: Json) => (state as Counted).laterDays;
  const counted = (progress: Progress<Json, Json, WorldEvent>, laterDays: number) => ({
    ...progress,
    state: { ...(progress.state as object), laterDays },
  });
  return {
    ...first,
    world: {
      ...world,
      version: 2,
      beginTick: (state) => counted(world.beginTick(state), daysOf(state)),
      resume: (state, answers) => counted(world.resume(state, answers), daysOf(state) + 1),
      summarise: (state, events) => {
        const summary = world.summarise(state, events);
        return { ...summary, figures: { ...summary.figures, laterDays: daysOf(state) } };
      },
    },
    migrate: {
      state: (state) => ({ ...(state as object), laterDays: 0 }),
      decision: (decision) => decision,
      recorded: ({ summary, ...tick }) => ({
        ...tick,
        summary: { ...summary, figures: { ...summary.figures, laterDays: 0 } },
      }),
    },
  };
}
