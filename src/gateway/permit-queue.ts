import type { Limiter } from '../adapters/redis/limiter';
import { FairQueue, type Flow } from '../domain/llm/fair-queue';
import type { LimitScope, Permit, PermitRequest, SetAnswer } from '../domain/llm/limits';
import { GroupCommit } from './group-commit';
import type { Log } from './log';
import { sleep } from './sleep';
import { UnheardPermits } from './unheard-permits';

/** How long to hold back when Redis does not answer. Nothing is granted meanwhile: a limit nobody counts is no limit. */
const REDIS_GONE: Permit & { granted: false } = { granted: false, waitMs: 500, limit: 'Redis (it does not answer)' };
/** Longest pause between two looks, so that a freed permit or a shortened wait is found soon. */
const MAX_PAUSE_MS = 1_000;
/** A limiter that takes longer is not waited for where nothing is reserved yet. */
const AT_ONCE_MS = 100;
/** Asked for in one round trip. */
const SET = 20;

/** What a call wants, and for whom. */
export interface WantedPermit extends PermitRequest, Flow {
  scope: LimitScope;
  callKey: string;
}

interface Waiter extends WantedPermit {
  resolve(permit: Permit): void;
}

/**
 * The calls of this process that want permits of one scope, in fair order. They ask Redis together, one round trip at a
 * time: a hundred waiters that all poll cost a hundred times as much and are served by chance.
 */
export class PermitQueue {
  readonly #queue = new FairQueue<Waiter>();
  #last: Permit & { granted: false } = { granted: false, waitMs: 100, limit: 'the queue of this process' };
  /** For those who would not wait. Redis that does not answer, answers nobody. */
  readonly #together = new GroupCommit<WantedPermit, boolean>({
    commit: async (wanted) => {
      const { granted } = await this.#ask(wanted);
      return wanted.map((_, at) => at < granted);
    },
    mayBeOnes: () => false,
    atOnce: 1,
    size: SET,
  });
  readonly #unheard: UnheardPermits<WantedPermit | Waiter>;
  #serving = false;
  #wake: () => void = () => undefined;

  constructor(
    private readonly limiter: Limiter,
    private readonly scope: LimitScope,
    private readonly leaseMs: number,
    private readonly log: Log,
  ) {
    this.#unheard = new UnheardPermits(leaseMs);
  }

  /** A permit that can be had at once, else false: past nobody who waits, and past no limiter that hesitates. */
  async takeAtOnce(wanted: WantedPermit): Promise<boolean> {
    if (this.#queue.size > 0) return false;
    const asked = this.#together.add(wanted);
    const answered = new AbortController();
    const granted = await Promise.race([asked, sleep(AT_ONCE_MS, answered.signal)]);
    answered.abort();
    if (granted === undefined) void asked.then((late) => (late ? this.#giveBack(wanted) : undefined));
    return granted === true;
  }

  /**
   * Waits up to `maxWaitMs` for a permit, then answers what still binds.
   *
   * @throws the signal's reason when it is aborted; nothing is held then.
   */
  async take(wanted: WantedPermit, maxWaitMs: number, signal: AbortSignal): Promise<Permit> {
    signal.throwIfAborted();
    const permit = new Promise<Permit>((resolve, reject) => {
      const timer = setTimeout(() => give(this.#last), maxWaitMs);
      const stop = () => {
        this.#queue.remove(waiter);
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      const give = (answer: Permit) => {
        if (!answer.granted) this.#queue.remove(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        resolve(answer);
      };
      const waiter: Waiter = { ...wanted, resolve: give };
      signal.addEventListener('abort', stop, { once: true });
      this.#queue.add(waiter);
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

  async #serve(): Promise<void> {
    if (this.#serving) return;
    this.#serving = true;
    while (this.#queue.size > 0) {
      const asking = this.#queue.next(SET);
      const { granted, refused } = await this.#ask(asking);
      for (const waiter of asking.slice(0, granted)) await this.#give(waiter);
      if (!refused) continue;
      this.#last = refused;
      if (this.#queue.size > 0) await this.#pause(Math.min(refused.waitMs, MAX_PAUSE_MS));
    }
    this.#serving = false;
  }

  /** Who left while Redis was asked gets nothing. */
  async #give(waiter: Waiter): Promise<void> {
    if (!this.#queue.has(waiter)) return this.#giveBack(waiter);
    this.#queue.serve(waiter);
    waiter.resolve({ granted: true });
  }

  async #ask(wanted: readonly WantedPermit[]): Promise<SetAnswer> {
    try {
      const answer = await this.limiter.acquire(this.scope, wanted, this.leaseMs);
      this.#unheard.heard(wanted);
      this.#giveBackUnheard();
      return answer;
    } catch (error) {
      this.#unheard.add(performance.now(), wanted);
      const { credential } = this.scope;
      this.log.warn({ err: error, credential }, 'limiter: Redis does not answer, nothing is granted');
      return { granted: 0, refused: REDIS_GONE };
    }
  }

  #giveBackUnheard(): void {
    const stillWaits = (wanted: WantedPermit | Waiter) => 'resolve' in wanted && this.#queue.has(wanted);
    for (const wanted of this.#unheard.take(performance.now(), stillWaits))
      void this.#giveBack(wanted).then(() => this.wake());
  }

  async #giveBack({ operation }: WantedPermit): Promise<void> {
    try {
      await this.limiter.release(this.scope, operation, { unused: true });
    } catch (error) {
      const { credential } = this.scope;
      this.log.warn({ err: error, credential }, 'limiter: a permit could not be given back; its lease ends it');
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
