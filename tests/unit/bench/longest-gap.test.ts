import { longestGapMs } from '../../../bench/longest-gap';

test('the longest gap begins with the moment itself, and what was before it does not count', () => {
  expect(longestGapMs(1_000, [100, 990, 1_400, 1_500, 1_600])).toBe(400);
  expect(longestGapMs(1_000, [1_600, 1_010, 1_020])).toBe(580);
});

test('when nothing comes after the moment there is no gap to tell of', () => {
  expect(longestGapMs(1_000, [100, 1_000])).toBe(0);
});
