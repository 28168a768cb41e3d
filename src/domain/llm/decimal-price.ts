import { assert } from '../kernel/assert';

/** Exponents below this are sub-pico prices or typing errors; both would round to one micro-dollar anyway. */
const MAX_EXPONENT_DIGITS = 2;
const DECIMAL = new RegExp(`^(\\d{1,12})(?:\\.(\\d{1,30}))?(?:[eE]([+-]?\\d{1,${MAX_EXPONENT_DIGITS}}))?$`);

/**
 * Dollars per million tokens, as people and price lists write them ("2.5", "0.075", "1e-7"), to integer micro-dollars
 * per million tokens. Digits are moved, never multiplied as floats; what lies below a millionth is rounded up.
 *
 * @throws InvariantError for anything but a non-negative decimal.
 */
export function microUsdPerMtok(usdPerMtok: string | number): number {
  const text = String(usdPerMtok);
  const match = DECIMAL.exec(text);
  assert(
    match,
    `price: expected a non-negative decimal number of dollars per million tokens, got ${JSON.stringify(text.slice(0, 40))}`,
  );
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const shift = 6 + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const micro = shift >= 0 ? digits * 10n ** BigInt(shift) : divideUp(digits, 10n ** BigInt(-shift));
  assert(micro <= BigInt(Number.MAX_SAFE_INTEGER), `price: ${text} dollars per million tokens is out of range`);
  return Number(micro);
}

export function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
