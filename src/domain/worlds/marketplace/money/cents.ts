/** A share of an amount, rounded half up: the one place where a fraction of a cent is decided. */
export function share(cents: number, factor: number): number {
  return Math.floor(cents * factor + 0.5);
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
