import { RunComparison } from '../../../../src/cli/simulation/run-comparison';
import { comparisonText } from '../../../../src/cli/view/comparison-text';
import type { Tick } from '../../../../src/cli/simulation/tick-pages';

const tick = (number: number, hash: string | null, cashCents: number): Tick => ({
  ...{ tick: number, asked: true, hash, rounds: null, messages: null, storyline: '', mood: 'neutral' },
  figures: { cashCents, unitsSold: 3 },
});
const compared = (pairs: [Tick, Tick][]) => {
  const comparison = new RunComparison();
  for (const [a, b] of pairs) comparison.add(a, b);
  return comparison.result();
};
const same = (number: number): [Tick, Tick] => [tick(number, `h${number}`, 100), tick(number, `h${number}`, 100)];
const names = { a: 'parent', b: 'fork' };

it('finds how long two runs were one, where they part, and where they stand', () => {
  const result = compared([
    same(1),
    same(2),
    [tick(3, 'x', 500), tick(3, 'y', 350)],
    [tick(4, 'z', 900), tick(4, 'w', 1_000)],
  ]);
  expect(result).toEqual({
    ...{ equalUntilTick: 2, commonTicks: 4 },
    firstDifference: { tick: 3, figures: [{ figure: 'cashCents', a: 500, b: 350, difference: -150 }] },
    last: {
      tick: 4,
      figures: [
        { figure: 'cashCents', a: 900, b: 1_000, difference: 100 },
        { figure: 'unitsSold', a: 3, b: 3, difference: 0 },
      ],
    },
  });
  const text = comparisonText(result, names);
  expect(text).toMatch(/^Equal up to tick 2, by state hash\.\nFirst difference: tick 3\n/);
  expect(text).toMatch(/cash +\$5\.00 +\$3\.50 +-\$1\.50/);
  expect(text).toMatch(/cash +\$9\.00 +\$10\.00 +\+\$1\.00/);
});

it('goes by figures where there is no hash, and claims no equality by them', () => {
  const forwarded: [Tick, Tick] = [tick(2, null, 100), tick(2, null, 100)];
  expect(compared([same(1), forwarded])).toMatchObject({ equalUntilTick: 1, firstDifference: null });
  const apart: [Tick, Tick] = [tick(2, null, 100), tick(2, null, 101)];
  expect(compared([same(1), apart])).toMatchObject({ firstDifference: { tick: 2 } });
});

it('says when nothing differs, and when there is nothing', () => {
  expect(comparisonText(compared([same(1), same(2)]), names)).toBe('Equal at all 2 ticks that both have.');
  expect(comparisonText(compared([]), names)).toContain('no recorded tick');
});
