/** Waits, and rejects with the signal's reason as soon as it is aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Growing pauses between looks at something shared: 50 ms doubling to `maxMs`, spread so that waiters do not march in step. */
export function pollDelayMs(turn: number, maxMs = 1000): number {
  const plain = Math.min(maxMs, 50 * 2 ** Math.min(turn, 10));
  return plain * (0.75 + Math.random() / 2);
}
