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

// Worked out by another program in another language (integers of any size), from the definition of Philox-4x32-10.
test.each<[number, DrawAt, number]>([
  [42, { stream: 1, tick: 7, entity: 0 }, 0.5317632397257572],
  [42, { stream: 1, tick: 7, entity: 1 }, 0.8273015185284661],
  [42, { stream: 1, tick: 7, entity: 2 }, 0.4501110150499422],
  [0, { stream: 0, tick: 0, entity: 0, index: 0 }, 0.39904647231489565],
  [1, { stream: 15, tick: 1, entity: 0 }, 0.608270424531933],
  [2 ** 32 + 1, { stream: 15, tick: 1, entity: 0 }, 0.5389857298792599],
  [
    2 ** 53 - 1,
    { stream: 2 ** 32 - 1, tick: 2 ** 32 - 1, entity: 2 ** 32 - 1, index: 2 ** 32 - 1 },
    0.47027602825789605,
  ],
  [7, { stream: 16, tick: 180, entity: 4_097, index: 3 }, 0.40681815612137706],
])('seed %d draws the known number of %j', (seed, where, known) => {
  expect(new Chance(seed).uniform(where)).toBe(known);
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

  /** Of the square, as a number from 0 to 1 in steps of 1/100. */
  const cellOf = ([a, b]: [number, number]) => (Math.floor(a * 10) * 10 + Math.floor(b * 10) + 0.5) / 100;

  test.each(['entity', 'tick', 'index', 'stream'] as const)('uniform along %s', (axis) => {
    const chance = new Chance(2026);
    const values = Array.from({ length: N }, (_, i) => chance.uniform({ ...at(3, 4), [axis]: i }));
    expect(chiSquared(values)).toBeLessThan(160);
  });

  test.each<[string, (i: number) => [number, number]]>([
    ['neighbouring entities', (i) => [i, i + 1].map((entity) => new Chance(9).uniform(at(entity))) as [number, number]],
    ['two streams', (i) => [1, 2].map((stream) => new Chance(9).uniform({ ...at(i), stream })) as [number, number]],
    ['two seeds', (i) => [9, 10].map((seed) => new Chance(seed).uniform(at(i))) as [number, number]],
    ['two ticks', (i) => [7, 8].map((tick) => new Chance(9).uniform({ ...at(i), tick })) as [number, number]],
    ['two indices', (i) => [0, 1].map((index) => new Chance(9).uniform(at(i, index))) as [number, number]],
    [
      'a place and its mirror',
      (i) => [at(i, i + 1), at(i + 1, i)].map((where) => new Chance(9).uniform(where)) as [number, number],
    ],
    [
      'seeds that differ in the upper half',
      (i) => [9, 9 + 2 ** 32].map((seed) => new Chance(seed).uniform(at(i))) as [number, number],
    ],
  ])('%s are independent', (_, pairOf) => {
    // 10 × 10 cells of the square are equally full: correlation alone would not see a curve
    expect(chiSquared(Array.from({ length: N }, (_none, i) => cellOf(pairOf(i))))).toBeLessThan(160);
    // the correlation of N independent pairs has a standard deviation of 1/√N; five of them
    let sum = 0;
    for (let i = 0; i < N; i += 1) {
      const [a, b] = pairOf(i);
      sum += (a - 0.5) * (b - 0.5) * 12;
    }
    expect(Math.abs(sum / N)).toBeLessThan(5 / Math.sqrt(N));
  });

  test('each of the 53 bits is set half of the time', () => {
    const chance = new Chance(77);
    const set = new Array<number>(53).fill(0);
    for (let i = 0; i < N; i += 1) {
      const digits = (BigInt(chance.uniform(at(i)) * 2 ** 53) | (1n << 53n)).toString(2).slice(1);
      for (let bit = 0; bit < 53; bit += 1) set[bit]! += Number(digits[bit]);
    }
    // a count of N coins has a standard deviation of √N / 2; five of them
    for (const count of set) expect(Math.abs(count - N / 2)).toBeLessThan((5 * Math.sqrt(N)) / 2);
  });

  test.each([0.05, 0.3, 0.9])('what has a probability of %d happens so often', (probability) => {
    const chance = new Chance(31);
    const count = Array.from({ length: N }, (_, i) => chance.happens(probability, at(i))).filter(Boolean).length;
    const deviation = Math.sqrt(N * probability * (1 - probability));
    expect(Math.abs(count - N * probability)).toBeLessThan(5 * deviation);
  });

  test('integers are equally frequent, the bounds too', () => {
    const chance = new Chance(13);
    const values = Array.from({ length: N }, (_, i) => (chance.integer(1, 100, at(i)) - 0.5) / 100);
    expect(chiSquared(values)).toBeLessThan(160);
  });
});
