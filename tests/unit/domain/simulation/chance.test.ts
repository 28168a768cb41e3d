import fc from 'fast-check';
import { Chance, type DrawAt } from '../../../../src/domain/simulation/chance/chance';

const at = (entity: number, index = 0): DrawAt => ({ stream: 1, tick: 7, entity, index });
const word = fc.integer({ min: 0, max: 0xffffffff });
const place = fc.record({ stream: word, tick: word, entity: word, index: word });

test('a number depends on seed and place alone', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), place, (seed, where) => {
      expect(new Chance(seed).uniform(where)).toBe(new Chance(seed).uniform({ ...where }));
    }),
  );
});

test('numbers known on this machine are the numbers on every machine', () => {
  const chance = new Chance(42);
  expect([0, 1, 2].map((entity) => chance.uniform(at(entity)))).toMatchInlineSnapshot(`
   [
     0.5317632397257572,
     0.8273015185284661,
     0.4501110150499422,
   ]
  `);
});

test('the bits of large seeds count', () => {
  expect(new Chance(1).uniform(at(0))).not.toBe(new Chance(1 + 2 ** 32).uniform(at(0)));
});

test('an integer is within its bounds, and both bounds come', () => {
  const chance = new Chance(5);
  const drawn = new Set(Array.from({ length: 400 }, (_, entity) => chance.integer(2, 5, at(entity))));
  expect([...drawn].sort()).toEqual([2, 3, 4, 5]);
});

test('what is certain happens, what is impossible does not', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), place, (seed, where) => {
      expect(new Chance(seed).happens(1, where)).toBe(true);
      expect(new Chance(seed).happens(0, where)).toBe(false);
    }),
  );
});

test.each([-1, 1.5, Number.NaN, 2 ** 53])('a seed of %s is refused', (seed) => {
  expect(() => new Chance(seed)).toThrow('a seed is an integer');
});

test('a place out of range is refused instead of wrapping around to another place', () => {
  expect(() => new Chance(1).uniform({ stream: 1, tick: -1, entity: 0 })).toThrow('32-bit integers');
});

describe('over many draws', () => {
  const N = 20_000;

  /** Pearson's chi-squared over 100 equal cells; 99 degrees of freedom: above 160 has a probability of about 1e-4. */
  function chiSquared(values: readonly number[]): number {
    const cells = new Array<number>(100).fill(0);
    for (const value of values) cells[Math.floor(value * 100)]! += 1;
    const expected = values.length / 100;
    return cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  }

  test.each(['entity', 'tick', 'index', 'stream'] as const)('uniform along %s', (axis) => {
    const chance = new Chance(2026);
    const values = Array.from({ length: N }, (_, i) => chance.uniform({ ...at(3, 4), [axis]: i }));
    expect(chiSquared(values)).toBeLessThan(160);
  });

  test.each<[string, (i: number) => [number, number]]>([
    ['neighbouring entities', (i) => [i, i + 1].map((entity) => new Chance(9).uniform(at(entity))) as [number, number]],
    ['two streams', (i) => [1, 2].map((stream) => new Chance(9).uniform({ ...at(i), stream })) as [number, number]],
    ['two seeds', (i) => [9, 10].map((seed) => new Chance(seed).uniform(at(i))) as [number, number]],
  ])('%s are independent', (_, pairOf) => {
    // the correlation of N independent pairs has a standard deviation of 1/√N; five of them
    let sum = 0;
    for (let i = 0; i < N; i += 1) {
      const [a, b] = pairOf(i);
      sum += (a - 0.5) * (b - 0.5) * 12;
    }
    expect(Math.abs(sum / N)).toBeLessThan(5 / Math.sqrt(N));
  });
});
