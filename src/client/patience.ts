import { setTimeout as delay } from 'node:timers/promises';

const FIRST_MS = 100;
const LONGEST_MS = 2_000;

/** Waits that grow: a short run is noticed at once, a long one is not asked for ten times a second. */
export class Patience {
  private nextMs = FIRST_MS;

  /** @throws the signal's reason when it is aborted */
  async pause(signal: AbortSignal): Promise<void> {
    await delay(this.nextMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    this.nextMs = Math.min(LONGEST_MS, this.nextMs * 1.5);
  }
}
