import { assert } from './assert';

/** Integer micro-dollars: the only unit of money outside worlds. 1 USD = 1,000,000. */
export type MicroUsd = number;

const MICRO_PER_USD = 1_000_000;

/** Half a micro-dollar is rounded up: a limit or estimate given in dollars is never silently made smaller. */
export function usdToMicro(usd: number): MicroUsd {
  assert(Number.isFinite(usd) && usd >= 0, `usdToMicro: expected a finite amount >= 0, got ${usd}`);
  return assertMicro(Math.max(0, Math.ceil(usd * MICRO_PER_USD - 1e-6)), 'usdToMicro'); // max: no -0
}

export function microToUsd(micro: MicroUsd): number {
  return micro / MICRO_PER_USD;
}

/** Shows micro-dollars as dollars with as many digits as they need, at least four: `$0.0031`. */
export function formatUsd(micro: MicroUsd): string {
  const digits = micro % 100 === 0 ? 4 : 6;
  return `$${microToUsd(micro).toFixed(digits)}`;
}

export function assertMicro(value: number, where: string): MicroUsd {
  assert(Number.isSafeInteger(value) && value >= 0, `${where}: expected integer micro-USD >= 0, got ${value}`);
  return value;
}
