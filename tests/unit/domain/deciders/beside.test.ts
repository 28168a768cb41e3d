import { Beside, isLong, type Onward } from '../../../../src/domain/deciders/beside';
import { startingPosition } from '../../../../src/domain/simulation/position';

const onward = (untilTick: number): Onward => {
  const spent = { costMicroUsd: 0, calls: 0, askedTicks: 0 };
  return { course: { kind: 'standing', wake: [], spent }, untilTick };
};
const at = (tick: number) => ({ position: { tick } });
const nextFrom = (beside: Beside, from: number, until: number) => {
  for (let tick = from; tick < until; tick += 1)
    if (beside.untilTick('standing', tick, 100_000) !== undefined) return tick;
  return undefined;
};

describe('playing beside the workflow', () => {
  it('leaves the last tick to the run, and plays a few ticks not at all', () => {
    const beside = new Beside({ msPerTick: { standing: 1 }, notBefore: 0 });
    expect(beside.untilTick('standing', 0, 100)).toBe(99);
    expect(beside.untilTick('standing', 0, 10_000)).toBe(500);
    expect(beside.untilTick('standing', 84, 100)).toBeUndefined();
  });

  it('goes on a tick later, in the next history too, by what a tick took', () => {
    const beside = new Beside();
    beside.ended(0, onward(100), { ...at(100), cpuMsPerTick: 2 });
    for (const same of [beside, new Beside(beside.carry())]) {
      expect(same.untilTick('standing', 100, 1_000)).toBeUndefined();
      expect(same.untilTick('standing', 101, 1_000)).toBe(351);
    }
  });

  it('waits ever longer where few ticks were plain, until many were', () => {
    const beside = new Beside();
    beside.ended(40, onward(140), at(40));
    expect(nextFrom(beside, 40, 200)).toBe(56);
    beside.ended(56, onward(156), at(58));
    expect(nextFrom(beside, 58, 200)).toBe(90);
    beside.ended(90, onward(190), at(150));
    expect(nextFrom(beside, 150, 200)).toBe(151);
    beside.ended(151, onward(251), at(151));
    expect(nextFrom(beside, 151, 200)).toBe(167);
  });

  it('does not take a short stretch that was played to its end for one of few plain ticks', () => {
    const beside = new Beside({ msPerTick: { standing: 200 }, notBefore: 0 });
    expect(beside.untilTick('standing', 0, 100)).toBe(4);
    beside.ended(0, onward(4), at(4));
    expect(nextFrom(beside, 4, 50)).toBe(5);
  });

  it('plays here for a while what is too large for a history', () => {
    const beside = new Beside();
    const small = startingPosition<string, never>('x'.repeat(1_000));
    const large = startingPosition<string, never>('x'.repeat(300_000));
    expect([beside.fits(small, onward(9)), nextFrom(beside, 0, 50)]).toEqual([true, 0]);
    expect([beside.fits(large, onward(9)), nextFrom(beside, 0, 50)]).toEqual([false, 16]);
  });
});

it('a fast-forward is long when nothing can end it early, or nothing has', () => {
  expect(isLong({ fromTick: 10, wake: [] }, 10)).toBe(true);
  expect([25, 26].map((tick) => isLong({ fromTick: 10, wake: ['stockout'] }, tick))).toEqual([false, true]);
});
