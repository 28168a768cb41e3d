import type { Batchable, BatchLimits } from '../domain/llm/micro-batch';
import { Batching, type BatchCounts } from './batching';
import type { Quote } from './quote';
import { Share } from './share';
import type { GatewayCall } from './types';

/** A place in a batch that goes now. */
export interface Seat {
  /** This call asks the provider; otherwise its answer is another one's. */
  pays: boolean;
  /** With whom the answer is shared; null: with nobody. */
  share: Share | null;
  /** Its first try to reserve and to be permitted is over: the batch need not be at work because of it. */
  dispatched(): void;
}

interface Joining extends Batchable {
  callKey: string;
  /** Calls with the same text are the same question. */
  question: string;
  signal: AbortSignal;
  take(seat: Seat): void;
}

/** How much of the beginning of a prompt says that two have it in common. */
const PREFIX_CHARS = 200;

/**
 * The calls of this process that are reserved and permitted together. Equal ones among them become one. A call that has
 * to wait for room or a permit waits outside: it must not keep the batch of others from being formed.
 */
export class Batches {
  readonly #batching: Batching<Joining>;
  #coming = 0;
  #sharedCalls = 0;

  constructor(limits: BatchLimits) {
    this.#batching = new Batching<Joining>(
      limits,
      (calls) => this.#seat(calls),
      () => this.#coming > 0,
    );
  }

  get counts(): BatchCounts & { sharedCalls: number } {
    return { ...this.#batching.counts, sharedCalls: this.#sharedCalls };
  }

  /** While `work` lasts, a call is on its way here: others wait for it, up to the interval. */
  async expecting<T>(work: () => Promise<T>): Promise<T> {
    this.#coming += 1;
    try {
      return await work();
    } finally {
      this.#coming -= 1;
      this.#batching.look();
    }
  }

  /** @throws the signal's reason when it is aborted before the batch goes */
  join(call: GatewayCall, quote: Quote, signal: AbortSignal): Promise<Seat> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const leave = () => (this.#batching.remove(joining) ? reject(signal.reason as Error) : undefined);
      const take = (seat: Seat) => {
        signal.removeEventListener('abort', leave);
        resolve(seat);
      };
      const joining = { ...joiningOf(call, quote), signal, take };
      signal.addEventListener('abort', leave, { once: true });
      this.#batching.add(joining);
    });
  }

  /** Nobody waits for others any more. */
  flush(): void {
    this.#batching.ask();
  }

  async #seat(calls: readonly Joining[]): Promise<void> {
    const questions = new Map<string, Joining[]>();
    for (const call of calls) questions.set(call.question, [...(questions.get(call.question) ?? []), call]);
    this.#sharedCalls += calls.length - questions.size;
    await Promise.all([...questions.values()].map((equal) => new Promise<void>((done) => seatEqual(equal, done))));
  }
}

/** The first by call key pays: the same one in every process and at every repetition. */
function seatEqual(equal: readonly Joining[], dispatched: () => void): void {
  const [payer, ...others] = [...equal].sort((a, b) => (a.callKey < b.callKey ? -1 : 1)) as [Joining, ...Joining[]];
  const signals = equal.map(({ signal }) => signal);
  const share = others.length === 0 ? null : new Share(payer.callKey, signals);
  payer.take({ pays: true, share, dispatched });
  for (const other of others) other.take({ pays: false, share, dispatched: () => undefined });
}

function joiningOf(call: GatewayCall, quote: Quote) {
  const { callKey, tenant, request, timeoutMs, cassette, shareWithin, delivery = 'sync' } = call;
  const { model, messages, maxTokens } = request;
  return {
    callKey,
    question: JSON.stringify([tenant, quote.requestHash, shareWithin, delivery, timeoutMs, cassette]),
    tokens: quote.inputTokens + maxTokens,
    group: `${model}\n${messages[0]?.content.slice(0, PREFIX_CHARS) ?? ''}`,
  };
}
