const POLL_MS = 25;
const WITHIN_MS = 30_000;

/** Waits for a condition instead of sleeping. @throws after `withinMs`, with the last value seen. */
export async function until<T>(
  read: () => Promise<T> | T,
  wanted: (value: T) => boolean,
  withinMs = WITHIN_MS,
  what = 'the condition',
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (wanted(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`${what}: not within ${withinMs} ms; last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Waits until `look` gives something true. */
export function eventually<T>(what: string, look: () => Promise<T> | T): Promise<T> {
  return until(look, Boolean, WITHIN_MS, what);
}
