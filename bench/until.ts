import { setTimeout as delay } from 'node:timers/promises';

const WITHIN_MS = 120_000;
const POLL_MS = 20;

/** Waits until it holds; a service that is on its way back from a kill is asked again. @throws Error after two minutes */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  let error: unknown;
  const asked = () =>
    holds().catch((reason: unknown) => {
      error = reason;
      return false;
    });
  while (!(await asked())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${WITHIN_MS / 1000} s`, { cause: error });
    await delay(POLL_MS);
  }
}
