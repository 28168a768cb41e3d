import { Pace } from '../../../../../src/domain/simulation/run/pace';

/** The slices of one history in which a tick takes so much CPU time. */
function slicesOf(cpuMsPerTick: number): number[] {
  const pace = new Pace(cpuMsPerTick);
  const slices: number[] = [];
  while (!pace.isHistorySpent) {
    slices.push(pace.sliceTicks);
    pace.played(slices.at(-1)!);
    pace.sliceEnded();
  }
  return slices;
}

test('a history of half a second: a short slice, full ones, ever shorter ones', () => {
  expect(slicesOf(1)).toEqual([20, 100, 100, 100, 90, 45, 22, 20, 20]);
});

test('by the CPU time that was measured last', () => {
  const pace = new Pace(1);
  pace.sliceEnded();
  expect(pace.sliceTicks).toBe(100);
  pace.cpuMsPerTick = 0.5;
  expect(pace.sliceTicks).toBe(200);
  expect(new Pace().sliceTicks).toBe(4);
});

test.each([200, 5_000])('a tick of %p ms is a slice of its own', (cpuMsPerTick) => {
  expect(slicesOf(cpuMsPerTick)).toEqual(Array<number>(Math.ceil(500 / cpuMsPerTick)).fill(1));
});

test('a slice that was played stays due until it is handed over', () => {
  const pace = new Pace(1);
  const first = pace.sliceTicks;
  pace.played(first);
  expect(pace.sliceTicks).toBeLessThanOrEqual(first);
});
