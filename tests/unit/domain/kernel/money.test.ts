import fc from 'fast-check';
import { formatUsd, usdToMicro } from '../../../../src/domain/kernel/money';

test.each([
  [0, 0],
  [1, 1_000_000],
  [0.1, 100_000],
  [0.000001, 1],
  [0.0000011, 2],
  [19.99, 19_990_000],
])('$%p is %p µUSD', (usd, micro) => {
  expect(usdToMicro(usd)).toBe(micro);
});

test('no amount becomes smaller by more than the noise of floating point, none grows by more than one', () => {
  const dollars = fc.double({ min: 0, max: 1_000_000, noNaN: true });
  fc.assert(
    fc.property(dollars, (usd) => {
      expect(usdToMicro(usd)).toBeGreaterThanOrEqual(Math.floor(usd * 1e6 - 1e-3));
      expect(usdToMicro(usd)).toBeLessThanOrEqual(Math.ceil(usd * 1e6 + 1e-3));
    }),
  );
});

test.each([[-0.01], [Number.NaN], [Infinity], [1e12]])('$%p is refused', (usd) => {
  expect(() => usdToMicro(usd)).toThrow('usdToMicro');
});

test.each([
  [0, '$0.0000'],
  [3_100, '$0.0031'],
  [3_150, '$0.003150'],
  [1_234_567, '$1.234567'],
])('%p µUSD is shown as %s', (micro, text) => {
  expect(formatUsd(micro)).toBe(text);
});
