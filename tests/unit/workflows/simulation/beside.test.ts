import type { PlayOnResult } from '../../../../src/contracts/simulation';
import { Beside, isLong } from '../../../../src/workflows/simulation/beside';

const ended = (tick: number, cpuMsPerTick?: number) =>
  ({ position: { tick }, ...(cpuMsPerTick === undefined ? {} : { cpuMsPerTick }) }) as PlayOnResult;

describe('playing beside the workflow', () => {
  it('leaves the last tick to the run, and plays a few ticks not at all', () => {
    const beside = new Beside({ standing: 1 });
    expect(beside.untilTick('standing', 0, 100)).toBe(99);
    expect(beside.untilTick('standing', 0, 10_000)).toBe(500);
    expect(beside.untilTick('standing', 84, 100)).toBeUndefined();
  });

  it('goes on a tick later, by what a tick took', () => {
    const beside = new Beside();
    beside.ended('asked', 0, ended(100, 2));
    expect(beside.untilTick('asked', 100, 1_000)).toBeUndefined();
    expect(beside.untilTick('asked', 101, 1_000)).toBe(351);
  });

  it('waits for some ticks where few were plain', () => {
    const beside = new Beside();
    beside.ended('asked', 40, ended(40));
    expect([beside.untilTick('asked', 55, 1_000), beside.untilTick('asked', 56, 1_000)]).toEqual([undefined, 156]);
  });
});

it('a fast-forward is long when nothing can end it early, or nothing has', () => {
  const forwarding = { fromTick: 10, untilTick: 90 };
  expect(isLong({ ...forwarding, wake: [] }, 10)).toBe(true);
  expect([25, 26].map((tick) => isLong({ ...forwarding, wake: ['stockout'] }, tick))).toEqual([false, true]);
});
