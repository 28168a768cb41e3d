import { ProviderFailure, type CallDeadlines } from '../provider';

type Deadline = 'headers' | 'idle' | 'total';

/**
 * Ends an attempt by aborting it, and remembers why: the first reason wins. A timer of our own, because the client's
 * and the socket's time-outs are fed by any byte, and a keep-alive drip of 200 ms kept them quiet for ever.
 */
export class DeadlineWatch {
  readonly #controller = new AbortController();
  readonly #total: NodeJS.Timeout;
  #silence: NodeJS.Timeout;
  #reason: ProviderFailure | null = null;

  constructor(
    private readonly deadlines: CallDeadlines,
    private readonly caller: AbortSignal,
  ) {
    // in this order: of two that end at once, the more telling one fires first
    this.#silence = setTimeout(() => this.#timeout('headers', deadlines.headersMs), deadlines.headersMs);
    this.#total = setTimeout(() => this.#timeout('total', deadlines.totalMs), deadlines.totalMs);
    caller.addEventListener('abort', this.#cancelled, { once: true });
    if (caller.aborted) this.#cancelled();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the attempt was ended from this side, or null. */
  get reason(): ProviderFailure | null {
    return this.#reason;
  }

  /** Headers or content arrived: the idle deadline starts anew. Keep-alive bytes must not come here. */
  progressed(): void {
    clearTimeout(this.#silence);
    if (this.#reason) return;
    this.#silence = setTimeout(() => this.#timeout('idle', this.deadlines.idleMs), this.deadlines.idleMs);
  }

  abort(reason: ProviderFailure): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#controller.abort(reason);
  }

  end(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#silence);
    this.caller.removeEventListener('abort', this.#cancelled);
  }

  readonly #cancelled = (): void => {
    this.abort(ended('cancelled', 'cancelled by the caller'));
  };

  #timeout(deadline: Deadline, ms: number): void {
    const what = { headers: 'no response headers', idle: 'no content', total: 'no complete answer' }[deadline];
    this.abort(ended('timeout', `${what} within ${ms} ms`, deadline));
  }
}

/** Ended from this side after the request was sent: the provider may go on and bill it. */
function ended(failureClass: 'timeout' | 'cancelled', detail: string, deadline?: Deadline): ProviderFailure {
  return new ProviderFailure({
    class: failureClass,
    detail,
    retryAfterMs: null,
    status: null,
    maybeBilled: true,
    deadline,
  });
}
