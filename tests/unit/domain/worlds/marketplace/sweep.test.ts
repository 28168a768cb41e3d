import { playsOf } from '../../../../sweep/markets';
import { playSeed } from '../../../../sweep/play-seed';

test('a sweep of forty seeds of sixty days, in two markets each, without a broken invariant', () => {
  for (let seed = 0; seed < 40; seed += 1) expect(playSeed(seed, 60)).toEqual({ seed, ticks: 120, broken: [] });
});

test('a market that breaks is named with its seed and its mind', () => {
  const [play] = playsOf(3, 5);
  const breaks = () => {
    throw new Error('books do not balance');
  };
  expect(playSeed(3, 5, [{ ...play!, mind: breaks }]).broken).toEqual([
    `seed 3, standard, ${play!.mindName}: books do not balance`,
  ]);
});

test('in the course of a thousand seeds every scenario meets every mind', () => {
  const met = new Set<string>();
  for (let seed = 0; seed < 1_000; seed += 1)
    for (const { market, mindName } of playsOf(seed, 1)) met.add(`${market} ${mindName}`);
  expect(met.size).toBe(16 * 7);
});
