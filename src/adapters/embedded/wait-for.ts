import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * Asks until the answer is neither undefined nor false.
 * @returns the answer, or undefined after `timeoutMs`.
 */
export async function waitFor<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs: number,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs; // a wall clock that jumps would end the wait, or never
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() >= deadline) return undefined;
    await sleep(POLL_MS);
  }
}
