const STEPS = [1, 2, 5, 10];

/** Round numbers (1, 2 or 5 times a power of ten apart) that lie between two values, about as many as asked for. */
export function axisTicks(low: number, high: number, about: number): number[] {
  if (high <= low) return [low];
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * STEPS.find((candidate) => candidate * power >= rough)!;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}
