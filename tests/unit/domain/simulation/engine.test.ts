import fc from 'fast-check';
import { fastForward, stopAfter, stopOf } from '../../../../src/domain/simulation/fast-forward';
import { play, type PlayedTick } from '../../../../src/domain/simulation/play';
import { positionHash, startingPosition, type Position } from '../../../../src/domain/simulation/position';
import { replay, type Stretch } from '../../../../src/domain/simulation/replay';
import { beginTick, resumeTick } from '../../../../src/domain/simulation/tick';
import type { Answer, Ask, WorldEvent } from '../../../../src/domain/simulation/world';
import { lemonade, type Stand, type StandDecision, type StandView } from './lemonade';

type Here = Position<Stand, StandDecision>;

const begin = (seed = 1): Here => startingPosition(lemonade.init({ cashCents: 1_000 }, seed));
const answer = (agentId: string, decision: StandDecision): Answer<StandDecision> => {
  return { agentId, decision, source: 'agent', feedback: [] };
};
const brewing = (brew: number) => (ask: Ask<StandView>) =>
  answer(ask.agentId, ask.view.role === 'helper' ? { brew } : { priceCents: 60 });

test('roles of one tick are asked one after the other, and the tick ends when nobody is asked', () => {
  const boss = beginTick(lemonade, begin().state);
  expect(boss.ask.map(({ agentId }) => agentId)).toEqual(['boss']);
  const helper = resumeTick(lemonade, boss, [answer('boss', { priceCents: 80 })]);
  expect(helper.ask.map(({ agentId }) => agentId)).toEqual(['helper']);
  const done = resumeTick(lemonade, helper, [answer('helper', { brew: 3 })]);
  expect(done).toMatchObject({ ask: [], state: { day: 1, priceCents: 80 } });
  expect(done.events[0]?.type).toBe('sold');
});

test('an answer of somebody who was not asked is refused', () => {
  const boss = beginTick(lemonade, begin().state);
  expect(() => resumeTick(lemonade, boss, [answer('helper', {})])).toThrow('asked were boss, answers came from helper');
});

test('a world that asks for ever is stopped', () => {
  const asks = { ...lemonade, resume: (state: Stand) => lemonade.beginTick(state) };
  expect(() => play(asks, begin(), brewing(1))).toThrow('asked 33 times in one tick');
});

test('a broken invariant ends the tick', () => {
  expect(() => play(lemonade, begin(), brewing(-50))).toThrow('lemonade: -');
});

test('a tick is a function of the position and the answers: the position before it is not changed', () => {
  const before = begin();
  const copy = structuredClone(before);
  play(lemonade, before, brewing(2));
  expect(before).toEqual(copy);
});

describe('fast-forward', () => {
  test('plays every tick with the last orders, never a jump', () => {
    const start = play(lemonade, begin(), brewing(2)).position;
    const ticks: number[] = [];
    const { position, done } = fastForward(lemonade, start, stopAfter({ advance: 5 }, start.tick), 100, (tick) =>
      ticks.push(tick.events.length),
    );
    expect({ tick: position.tick, done, ticks: ticks.length, last: position.last }).toEqual({
      ...{ tick: 6, done: true, ticks: 5 },
      last: { boss: { priceCents: 60 }, helper: { brew: 2 } },
    });
    const played = [1, 2, 3, 4, 5].reduce<Here>((at) => play(lemonade, at, brewing(2)).position, start);
    expect(position.state).toEqual(played.state);
  });

  test('wakes when its condition holds, and says which', () => {
    const { position, wokenBy } = fastForward(
      lemonade,
      begin(),
      { untilTick: 1_000, wake: ['broke', 'soldOut'] },
      1_000,
    );
    expect(wokenBy).toBe('soldOut');
    expect(position.state.cups).toBe(0);
    expect(position.tick).toBeLessThan(1_000);
  });

  test('a slice ends it early; going on comes to the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 50 }), (slice, until) => {
        const stop = stopAfter({ untilTick: until }, 0);
        let turn = fastForward(lemonade, begin(), stop, slice);
        while (!turn.done) turn = fastForward(lemonade, turn.position, stop, slice);
        expect(positionHash(turn.position)).toBe(positionHash(fastForward(lemonade, begin(), stop, 1_000).position));
      }),
    );
  });

  test('an unknown condition is named, with those there are', () => {
    expect(() => fastForward(lemonade, begin(), { untilTick: 5, wake: ['rich'] }, 10)).toThrow(
      'World lemonade has no condition "rich". It has: broke, soldOut',
    );
  });

  test('the first rule whose event happened and whose condition holds says how far', () => {
    const rules = [
      { on: 'sold', when: 'broke', do: { advance: 1 } },
      { on: 'sold', when: 'soldOut', do: { untilWake: ['broke'], atMost: 30 } },
    ];
    const here = { ...begin(), tick: 4, state: { ...begin().state, cups: 0 } };
    const events: WorldEvent[] = [{ type: 'sold' }];
    expect(stopOf(lemonade, rules, here, events)).toEqual({ untilTick: 34, wake: ['broke'] });
    expect(stopOf(lemonade, rules, here, [])).toBeUndefined();
    expect(stopOf(lemonade, rules, begin(), events)).toBeUndefined();
  });
});

describe('replay', () => {
  const decisions = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('decided' as const), brew: fc.nat(4) }),
      fc.record({ kind: fc.constant('standing' as const), ticks: fc.integer({ min: 1, max: 9 }) }),
    ),
    { maxLength: 12 },
  );

  /** Plays live and records. */
  function live(seed: number, plan: typeof decisions extends fc.Arbitrary<infer P> ? P : never) {
    let position = begin(seed);
    const stretches: Stretch<StandDecision>[] = [];
    const hashes: string[] = [];
    for (const step of plan) {
      const { tick } = position;
      if (step.kind === 'standing') {
        const untilTick = tick + step.ticks;
        position = fastForward(lemonade, position, { untilTick, wake: [] }, 1_000, (played) =>
          hashes.push(positionHash(played.position)),
        ).position;
        stretches.push({ kind: 'standing', tick, untilTick });
      } else {
        const played = play(lemonade, position, brewing(step.brew));
        position = played.position;
        hashes.push(positionHash(position));
        stretches.push({ kind: 'decided', tick, rounds: played.rounds });
      }
    }
    return { position, stretches, hashes };
  }

  test('comes to the same state after every tick, and does so from any position on the way', () => {
    fc.assert(
      fc.property(fc.nat(), decisions, (seed, plan) => {
        const { position, stretches, hashes } = live(seed, plan);
        const again: PlayedTick<Stand, StandDecision, WorldEvent>[] = [];
        const record = JSON.parse(JSON.stringify(stretches)) as typeof stretches;
        expect(replay(lemonade, begin(seed), record, (played) => again.push(played))).toEqual(position);
        expect(again.map((played) => positionHash(played.position))).toEqual(hashes);
        const middle = stretches[Math.floor(stretches.length / 2)];
        if (!middle || middle.tick === 0) return;
        const from = again[middle.tick - 1]!.position;
        const rest = record.filter(({ tick }) => tick >= middle.tick);
        expect(replay(lemonade, from, rest, () => undefined)).toEqual(position);
      }),
    );
  });

  test('a gap in the record is refused', () => {
    const { stretches } = live(3, [
      { kind: 'decided', brew: 1 },
      { kind: 'decided', brew: 1 },
    ]);
    expect(() => replay(lemonade, begin(3), stretches.slice(1), () => undefined)).toThrow('the record has a gap');
  });

  test('a missing answer is refused', () => {
    const record: Stretch<StandDecision>[] = [{ kind: 'decided', tick: 0, rounds: [[answer('boss', {})]] }];
    expect(() => replay(lemonade, begin(), record, () => undefined)).toThrow('helper is asked in round 1');
  });

  test('a round too many is refused', () => {
    const rounds = [[answer('boss', {})], [answer('helper', {})], [answer('boss', {})]];
    expect(() => replay(lemonade, begin(), [{ kind: 'decided', tick: 0, rounds }], () => undefined)).toThrow(
      'there were 2 rounds, recorded are 3',
    );
  });
});
