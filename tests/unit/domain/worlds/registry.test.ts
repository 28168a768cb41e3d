import type { Json } from '../../../../src/domain/kernel/canonical-json';
import { play } from '../../../../src/domain/simulation/play';
import { type Position, positionHash, startingPosition } from '../../../../src/domain/simulation/position';
import type { RecordedDefinition, RecordedTick } from '../../../../src/domain/simulation/record/record-line';
import { RecordReplay } from '../../../../src/domain/simulation/record/record-replay';
import { Worlds } from '../../../../src/domain/worlds/registry';
import type { AnyWorld, Migration, WorldEntry } from '../../../../src/domain/worlds/world-entry';
import { lemonade } from '../simulation/lemonade';

/** The second version pays a rent of 5 cents for a day, and calls the brewed cups `brewed` in a decision. */
const RENT = 5;
const one = lemonade as unknown as AnyWorld;
const old = (decision: Json) => {
  const { brewed, ...rest } = decision as { brewed?: number };
  return (brewed === undefined ? rest : { ...rest, brew: brewed }) as Json;
};
const two: AnyWorld = {
  ...one,
  version: 2,
  resume: (state, answers) => {
    const progress = one.resume(
      state,
      answers.map((answer) => ({ ...answer, decision: old(answer.decision) })),
    );
    const after = progress.state as { cashCents: number };
    const rent = progress.ask.length === 0 ? RENT : 0;
    return { ...progress, state: { ...after, cashCents: after.cashCents - rent } };
  },
};
const migration: Migration = {
  state: (state) => state,
  decision: (decision) => {
    const { brew, ...rest } = decision as { brew?: number };
    return brew === undefined ? rest : { ...rest, brewed: brew };
  },
};
const entry = (world: AnyWorld, migrate?: Migration) => ({ world, ...(migrate ? { migrate } : {}) }) as WorldEntry;
const three = entry({ ...two, version: 3 });
const worlds = new Worlds([entry(two, migration), three, entry(one)]);

type Here = Position<Json, Json>;

const decide = (world: AnyWorld, agentId: string): Json =>
  agentId === 'boss' ? { priceCents: 60 } : world.version === 1 ? { brew: 3 } : { brewed: 3 };

function days(world: AnyWorld, start: Here, count: number): { here: Here; lines: RecordedTick[] } {
  let here = start;
  const lines: RecordedTick[] = [];
  while (lines.length < count) {
    const played = play(world, here, ({ agentId }) => ({
      ...{ agentId, decision: decide(world, agentId), source: 'agent' as const, feedback: [] },
    }));
    here = played.position;
    lines.push({ type: 'tick', tick: here.tick, rounds: played.rounds, hash: positionHash(here) });
  }
  return { here, lines };
}

const opening = () => startingPosition<Json, Json>(one.init({ cashCents: 1_000 }, 4));
const definition = (of: Partial<RecordedDefinition>): RecordedDefinition => ({
  ...{ type: 'definition', format: 'longhaul-simulation-1', runId: 'run', name: 'stand', world: 'lemonade' },
  ...{ worldVersion: 1, seed: 4, scenario: { cashCents: 1_000 }, ticks: 9, agents: [], rules: [], failures: {} },
  ...{ parentRunId: null, forkTick: null, change: null },
  ...of,
});

test('holds every version, and new runs play the newest', () => {
  expect(worlds.of('lemonade', 1)!.world).toBe(one);
  expect(worlds.newest('lemonade')).toBe(three);
  expect(worlds.versions('lemonade').map(({ world }) => world.version)).toEqual([1, 2, 3]);
  expect([worlds.names(), worlds.of('lemonade', 4), worlds.newest('chess')]).toEqual([
    ['lemonade'],
    undefined,
    undefined,
  ]);
  expect(() => new Worlds([three, three])).toThrow('twice');
});

test('a run goes on in a later version that takes over from its own, and in no other', () => {
  expect(worlds.leads('lemonade', 1, 1)).toBe(true);
  expect(worlds.leads('lemonade', 1, 2)).toBe(true);
  expect(worlds.leads('lemonade', 2, 1)).toBe(false);
  expect(worlds.leads('lemonade', 1, 3)).toBe(false); // it takes nothing over
  expect(worlds.leads('lemonade', 4, 4)).toBe(false);
  expect(() => worlds.migrate('lemonade', opening(), 2, 1)).toThrow('cannot go back');
  expect(() => worlds.migrate('lemonade', opening(), 1, 3)).toThrow('takes nothing over from 2');
});

test('a position is taken over with the orders that stand, and held against the new invariants', () => {
  const { here } = days(one, opening(), 3);
  const migrated = worlds.migrate('lemonade', here, 1, 2);
  expect(migrated).toMatchObject({ tick: 3, state: here.state });
  expect(migrated.last).toEqual({ boss: { priceCents: 60 }, helper: { brewed: 3 } });
  const broken = { ...here, state: { ...(here.state as object), cups: -1 } };
  expect(() => worlds.migrate('lemonade', broken, 1, 2)).toThrow('-1 cups');
});

test('a fork into the second version is played by the first up to its tick, and by the second from there on', () => {
  const parent = days(one, opening(), 5);
  const fork = days(two, worlds.migrate('lemonade', days(one, opening(), 3).here, 1, 2), 4);
  const lineage = [definition({}), definition({ worldVersion: 2, parentRunId: 'run', forkTick: 3 })];
  const replay = new RecordReplay(worlds, lineage);
  const lines = [...parent.lines.slice(0, 3), ...fork.lines];
  expect(lines.map((line) => replay.play(line))).toEqual(lines.map(() => undefined));
  expect([replay.hashesCompared, replay.world.version]).toEqual([7, 2]);
  // The same decisions and the same luck: what differs is the rent of four days.
  const cash = ({ state }: Here) => (state as { cashCents: number }).cashCents;
  expect(cash(days(one, opening(), 7).here) - cash(fork.here)).toBe(4 * RENT);
});

test('played by one version alone, such a record differs where the other began', () => {
  const fork = days(two, worlds.migrate('lemonade', days(one, opening(), 3).here, 1, 2), 1);
  const replay = new RecordReplay(worlds, [definition({}), definition({ parentRunId: 'run', forkTick: 3 })]);
  for (const line of days(one, opening(), 3).lines) expect(replay.play(line)).toBeUndefined();
  expect(replay.play(fork.lines[0]!)).toMatchObject({ tick: 4 });
});

test('a fork of a fork that begins before the upgrade has its own version from its own tick on', () => {
  const lineage = [
    definition({}),
    definition({ worldVersion: 2, parentRunId: 'run', forkTick: 6 }),
    definition({ worldVersion: 2, parentRunId: 'fork', forkTick: 2 }),
  ];
  const own = days(two, worlds.migrate('lemonade', days(one, opening(), 2).here, 1, 2), 2);
  const replay = new RecordReplay(worlds, lineage);
  const lines = [...days(one, opening(), 2).lines, ...own.lines];
  expect(lines.map((line) => replay.play(line))).toEqual(lines.map(() => undefined));
});
