/** The longest time from a moment on in which nothing happened; what was before it does not count. 0 when nothing came after it. */
export function longestGapMs(fromMs: number, timesMs: readonly number[]): number {
  const times = [fromMs, ...timesMs.filter((atMs) => atMs > fromMs).sort((a, b) => a - b)];
  return Math.max(0, ...times.slice(1).map((atMs, index) => atMs - times[index]!));
}
