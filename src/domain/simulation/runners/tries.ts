/** Before a question is asked once more. */
const PAUSE_SECONDS = 1;
const PAUSE_FACTOR = 2;
const PAUSE_SECONDS_MAX = 10;

/** @param failed how many tries have failed, from 1 */
export function pauseSeconds(failed: number): number {
  return Math.min(PAUSE_SECONDS_MAX, PAUSE_SECONDS * PAUSE_FACTOR ** (failed - 1));
}

/** What all tries of one question take at most, with the pauses between them. */
export function decideWithinSeconds({
  timeoutSeconds,
  maxRetries,
}: {
  timeoutSeconds: number;
  maxRetries: number;
}): number {
  let seconds = timeoutSeconds;
  for (let failed = 1; failed <= maxRetries; failed += 1) seconds += pauseSeconds(failed) + timeoutSeconds;
  return seconds;
}
