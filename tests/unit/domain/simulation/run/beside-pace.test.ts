import { BesidePace } from '../../../../../src/domain/simulation/run/beside-pace';

test('a stretch is half a second of CPU, by what a tick of its kind took last', () => {
  const pace = new BesidePace();
  expect([pace.ticksOf('asked'), pace.ticksOf('standing')]).toEqual([100, 100]);
  pace.measured('standing', 0.25);
  pace.measured('asked', 4);
  expect([pace.ticksOf('asked'), pace.ticksOf('standing')]).toEqual([125, 2_000]);
  expect(new BesidePace(pace.carry()).ticksOf('standing')).toBe(2_000);
});

test('it has four ticks at least, and no more than its rows can be written at a time', () => {
  const pace = new BesidePace({ asked: 3_000, standing: 0.001 });
  expect([pace.ticksOf('asked'), pace.ticksOf('standing')]).toEqual([4, 5_000]);
});
