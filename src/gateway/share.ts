import type { ProviderFailureFacts } from '../adapters/llm/provider';
import type { ChatAnswer } from '../domain/llm/chat';
import type { Companion } from './waiting';

/** What became of the one call. */
export type SharedEnd =
  | { end: 'answered'; n: number; answer: ChatAnswer; latencyMs: number }
  /** The provider's word, which holds for all of them. */
  | { end: 'failed'; n: number; facts: ProviderFailureFacts }
  /** It ended for reasons of its own (its budget, its stored result, its cancellation): the others ask again. */
  | { end: 'own' };

/** Equal calls of one batch: one of them pays, all are answered. The request lives as long as any of them wants it. */
export class Share {
  readonly ended: Promise<SharedEnd>;
  /** The others, which wait as long as the one that pays has to, and as they can. */
  readonly companions = new Set<Companion>();
  /** Who wants it, each with how to stop listening to it. */
  readonly #wanted = new Map<AbortSignal, () => void>();
  readonly #unwanted = new AbortController();
  #end: (end: SharedEnd) => void = () => undefined;

  constructor(
    /** Call key of the one that pays. */
    readonly payer: string,
    callers: readonly AbortSignal[],
  ) {
    this.ended = new Promise((resolve) => (this.#end = resolve));
    for (const caller of callers) {
      const leave = () => this.leave(caller);
      this.#wanted.set(caller, () => caller.removeEventListener('abort', leave));
      caller.addEventListener('abort', leave, { once: true });
    }
    for (const caller of callers) if (caller.aborted) this.leave(caller);
  }

  /** Aborted when the last of them has left. */
  get signal(): AbortSignal {
    return this.#unwanted.signal;
  }

  /** Only the first end counts. */
  end(end: SharedEnd): void {
    this.#end(end);
  }

  /** `answer`, or the signal's reason when it leaves while others stay. The last one stays until the attempt is booked. */
  async unlessLeft<T>(answer: Promise<T>, caller: AbortSignal): Promise<T> {
    let stop: () => void = () => undefined;
    const left = new Promise<never>((_, reject) => {
      const leave = () => (this.#unwanted.signal.aborted ? undefined : reject(caller.reason as Error));
      if (caller.aborted) leave();
      else caller.addEventListener('abort', leave, { once: true });
      stop = () => caller.removeEventListener('abort', leave);
    });
    try {
      return await Promise.race([answer, left]);
    } finally {
      stop();
    }
  }

  /** It does not want the answer any more, or has it. */
  leave(caller: AbortSignal): void {
    this.#wanted.get(caller)?.();
    this.#wanted.delete(caller);
    if (this.#wanted.size === 0) this.#unwanted.abort(caller.reason);
  }
}
