import type { Json } from '../../../../../src/domain/kernel/canonical-json';
import { play } from '../../../../../src/domain/simulation/play';
import { type Position, positionHash, startingPosition } from '../../../../../src/domain/simulation/position';
import { inspectTick } from '../../../../../src/domain/simulation/record/inspect-tick';
import type { RecordedDefinition, RecordedTick } from '../../../../../src/domain/simulation/record/record-line';
import { RecordReplay } from '../../../../../src/domain/simulation/record/record-replay';
import { newestWorld, WORLDS } from '../../../../../src/domain/worlds';
import { STANDARD_MARKET } from '../../../../../src/domain/worlds/marketplace/scenario';

const { world, bots } = newestWorld('marketplace')!;
const scenario = { ...STANDARD_MARKET, days: 12 } as unknown as Json;

const definition = (fork: Partial<RecordedDefinition> = {}): RecordedDefinition => ({
  ...{ type: 'definition', format: 'longhaul-simulation-1', runId: 'run', name: 'market', world: 'marketplace' },
  ...{ worldVersion: 1, seed: 9, scenario, ticks: 12, agents: [], rules: [], failures: {} },
  ...{ parentRunId: null, forkTick: null, change: null },
  ...fork,
});

/** What a run would have recorded from here on. */
function recorded(start: Position<Json, Json>, ticks: number, bot = 'baseline-v1') {
  const lines: RecordedTick[] = [];
  let position = start;
  while (lines.length < ticks) {
    const played = play(world, position, ({ agentId, view }) => ({
      ...{ agentId, decision: bots[bot]!(view, null).decision, source: 'agent' as const, feedback: [] },
    }));
    position = played.position;
    lines.push({ type: 'tick', tick: position.tick, rounds: played.rounds, hash: positionHash(position) });
  }
  return { lines, position };
}

const start = () => startingPosition<Json, Json>(world.init(scenario, 9));
const playAll = (replay: RecordReplay, lines: readonly RecordedTick[]) => lines.map((line) => replay.play(line));

test('a record is computed again, and every hash is compared', () => {
  const { lines, position } = recorded(start(), 6);
  const replay = new RecordReplay(WORLDS, [definition()]);
  expect(playAll(replay, lines)).toEqual(Array.from({ length: 6 }, () => undefined));
  expect([replay.hashesCompared, positionHash(replay.position)]).toEqual([6, positionHash(position)]);
});

test('the tick is named whose decision was changed', () => {
  const { lines } = recorded(start(), 6);
  const spoiled = structuredClone(lines[3]!);
  const decision = spoiled.rounds![0]![0]!.decision as { acceptAllOrders: boolean };
  decision.acceptAllOrders = !decision.acceptAllOrders;
  const replay = new RecordReplay(WORLDS, [definition()]);
  playAll(replay, lines.slice(0, 3));
  const difference = replay.play(spoiled);
  expect(difference).toMatchObject({ tick: 4, expected: lines[3]!.hash });
  expect(difference!.found).toMatch(/^[0-9a-f]{64}$/);
  expect(difference!.found).not.toBe(difference!.expected);
});

test('a tick that is missing is a difference, not a crash', () => {
  const { lines } = recorded(start(), 3);
  const replay = new RecordReplay(WORLDS, [definition()]);
  replay.play(lines[0]!);
  expect(replay.play(lines[2]!)).toMatchObject({
    tick: 3,
    found: null,
    detail: expect.stringContaining('gap') as string,
  });
});

test('a fork is changed after its tick, and what is before is its parent’s', () => {
  const parent = recorded(start(), 5);
  const change = { demandFactor: 0.5, days: 12 };
  const changed = { ...parent.position, state: world.amend(parent.position.state, change) };
  const fork = recorded(changed, 4);
  const replay = new RecordReplay(WORLDS, [definition(), definition({ parentRunId: 'run', forkTick: 5, change })]);
  expect(playAll(replay, [...parent.lines, ...fork.lines]).every((difference) => difference === undefined)).toBe(true);
  expect(replay.hashesCompared).toBe(9);
});

test('a fork that begins before its parent did has none of its parent’s change', () => {
  const { lines } = recorded(start(), 8);
  const lineage = [
    definition(),
    definition({ parentRunId: 'run', forkTick: 6, change: { demandFactor: 0.1 } }),
    definition({ parentRunId: 'run', forkTick: 2, change: { days: 12 } }),
  ];
  expect(playAll(new RecordReplay(WORLDS, lineage), lines).every((difference) => difference === undefined)).toBe(true);
});

test('a tick is opened: what was seen, said and decided, and what came of it', () => {
  const { lines } = recorded(start(), 2);
  const replay = new RecordReplay(WORLDS, [definition()]);
  replay.play(lines[0]!);
  const inspected = inspectTick(world, replay.position, lines[1]!);
  expect(inspected).toMatchObject({ tick: 2, asked: true, hash: lines[1]!.hash, recordedHash: lines[1]!.hash });
  expect(inspected.asks).toMatchObject([{ agentId: 'seller', round: 0, source: 'agent', view: { day: 2 } }]);
  expect(inspected.asks[0]!.prompt.user).toMatch(/^Day 2 of 12\./);
  const standing = inspectTick(world, replay.position, { ...lines[1]!, rounds: null, hash: null });
  expect(standing).toMatchObject({ asked: false, recordedHash: null, asks: [{ source: 'standing' }] });
});
