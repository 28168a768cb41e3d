import { plainTicks } from '../../../../src/domain/deciders/plain-ticks';
import type { Json } from '../../../../src/domain/kernel/canonical-json';
import { fastForward } from '../../../../src/domain/simulation/fast-forward';
import { play, playStanding } from '../../../../src/domain/simulation/play';
import { type Position, positionHash, startingPosition } from '../../../../src/domain/simulation/position';
import { STANDARD_MARKET } from '../../../../src/domain/worlds/marketplace/scenario';
import { newestWorld } from '../../../../src/domain/worlds';

const { world, cast, bots } = newestWorld('marketplace')!;

const spent = { costMicroUsd: 0, calls: 0, askedTicks: 1 };

/** After a first day with its agent: from then on its orders stand. */
function stand(): Position<Json, Json> {
  const state = world.init(cast(STANDARD_MARKET as unknown as Json, ['shop'], 90), 5);
  const decide = ({ agentId, view }: { agentId: string; view: Json }) => {
    const { decision } = bots['baseline-v1']!(view, null);
    return { agentId, decision, source: 'agent' as const, feedback: [] };
  };
  return play(world, startingPosition(state), decide).position;
}

function playedOn(wake: readonly string[], ticks: number): Position<Json, Json> {
  const plain = plainTicks(newestWorld('marketplace')!, stand(), { kind: 'standing', wake, spent });
  for (let played = 0; played < ticks && plain.next().next().value !== undefined; played += 1);
  return plain.reached.position;
}

test('with nothing to wake it, it comes where the fast-forward of the run comes', () => {
  const { position } = fastForward(world, stand(), { untilTick: 60, wake: [] }, 100);
  expect(positionHash(playedOn([], 59))).toBe(positionHash(position));
});

test('it ends before the tick that wakes the run, whose next tick is that one', () => {
  const { position, wokenBy } = fastForward(world, stand(), { untilTick: 90, wake: ['stockout'] }, 100);
  expect(wokenBy).toBe('stockout');
  const reached = playedOn(['stockout'], 89);
  expect(reached.tick).toBe(position.tick - 1);
  expect(positionHash(playStanding(world, reached).position)).toBe(positionHash(position));
});

test('a condition that the world does not have is named, with those that it has', () => {
  expect(() => playedOn(['doomsday'], 1)).toThrow(/no condition "doomsday". It has: .*stockout/);
});
