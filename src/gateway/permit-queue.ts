import type { Limiter } from '../adapters/redis/limiter';
import type { Permit } from '../domain/llm/limits';
import type { Log } from './log';
import { sleep } from './sleep';

/** How long to hold back when Redis does not answer. Nothing is granted meanwhile: a limit nobody counts is no limit. */
const REDIS_GONE: Permit & { granted: false } = { granted: false, waitMs: 500, limit: 'Redis (it does not answer)' };
/** Longest pause between two looks, so that a freed permit or a shortened wait is found soon. */
const MAX_PAUSE_MS = 1_000;
/** A limiter that takes longer is not waited for where nothing is reserved yet. */
const AT_ONCE_MS = 100;

interface Waiter {
  operation: string;
  resolve(permit: Permit): void;
}

/**
 * The calls of this process that want permits of one credential, in order of arrival. Only the first one asks Redis: a
 * hundred waiters that all poll cost a hundred times as much and are served by chance.
 */
export class PermitQueue {
  readonly #waiters: Waiter[] = [];
  #last: Permit & { granted: false } = { granted: false, waitMs: 100, limit: 'the queue of this process' };
  #serving = false;
  #wake: () => void = () => undefined;

  constructor(
    private readonly limiter: Limiter,
    private readonly credential: string,
    private readonly leaseMs: number,
    private readonly log: Log,
  ) {}

  /**
   * A permit that can be had at once, else false: past nobody who waits, and past no limiter that hesitates.
   */
  async takeAtOnce(operation: string): Promise<boolean> {
    if (this.#waiters.length > 0) return false;
    const asked = this.#ask(operation);
    const answered = new AbortController();
    const permit = await Promise.race([asked, sleep(AT_ONCE_MS, answered.signal)]);
    answered.abort();
    if (!permit) void asked.then(({ granted }) => (granted ? this.#giveBack(operation) : undefined));
    return permit?.granted === true;
  }

  /**
   * Waits up to `maxWaitMs` for a permit, then answers what still binds.
   *
   * @throws the signal's reason when it is aborted; nothing is held then.
   */
  async take(operation: string, maxWaitMs: number, signal: AbortSignal): Promise<Permit> {
    signal.throwIfAborted();
    let waiter: Waiter | undefined;
    const permit = new Promise<Permit>((resolve, reject) => {
      const timer = setTimeout(() => give(this.#last), maxWaitMs);
      const stop = () => {
        this.#leave(waiter);
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      const give = (answer: Permit) => {
        this.#leave(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        resolve(answer);
      };
      waiter = { operation, resolve: give };
      signal.addEventListener('abort', stop, { once: true });
      this.#waiters.push(waiter);
    });
    void this.#serve();
    return permit;
  }

  /** What binds at the moment, for people who wait. */
  get binding(): { waitMs: number; limit: string } {
    return this.#last;
  }

  /** A permit was given back: look again now. */
  wake(): void {
    this.#wake();
  }

  #leave(waiter: Waiter | undefined): void {
    const at = waiter ? this.#waiters.indexOf(waiter) : -1;
    if (at >= 0) this.#waiters.splice(at, 1);
  }

  async #serve(): Promise<void> {
    if (this.#serving) return;
    this.#serving = true;
    for (let head = this.#waiters[0]; head; head = this.#waiters[0]) {
      const permit = await this.#ask(head.operation);
      if (!permit.granted) {
        this.#last = permit;
        if (this.#waiters.length > 0) await this.#pause(Math.min(permit.waitMs, MAX_PAUSE_MS));
      } else if (this.#waiters.includes(head)) {
        head.resolve(permit);
      } else {
        await this.#giveBack(head.operation); // it left while Redis was asked
      }
    }
    this.#serving = false;
  }

  async #ask(operation: string): Promise<Permit> {
    try {
      return await this.limiter.acquire(this.credential, operation, this.leaseMs);
    } catch (error) {
      this.log.warn({ err: error, credential: this.credential }, 'limiter: Redis does not answer, nothing is granted');
      return REDIS_GONE;
    }
  }

  async #giveBack(operation: string): Promise<void> {
    try {
      await this.limiter.release(this.credential, operation, true);
    } catch (error) {
      this.log.warn(
        { err: error, credential: this.credential },
        'limiter: a permit could not be given back; its lease ends it',
      );
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
