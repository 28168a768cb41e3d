import { setTimeout as sleep } from 'node:timers/promises';
import { plannedEnd, type EndStatus, type ResponseRecord, type ResponseStatus } from './record';

export interface WorkHooks {
  /** Resolves when the work may begin, or the signal aborts. */
  mayBegin(signal: AbortSignal): Promise<void>;
  /** Makes the end durable; before that nobody is told of it. */
  end(record: ResponseRecord): Promise<void>;
}

/** One response that is being made, or was. It goes on whether or not anybody reads it. */
export class Work {
  readonly #interruption = new AbortController();
  #begunAtMs: number | null = null;
  readonly begun: Promise<void>;
  /** Rejects when the server stops first: the next one goes on with it. */
  readonly ended: Promise<void>;
  /** Over all connections that read it. */
  bytesSent = 0;

  constructor(
    readonly record: ResponseRecord,
    private readonly hooks: WorkHooks,
  ) {
    if (record.ended) this.#begunAtMs = record.createdAtMs;
    this.begun = record.ended ? Promise.resolve() : this.#begin();
    this.ended = record.ended ? Promise.resolve() : this.#finish();
    this.ended.catch(() => undefined); // whoever waits is told, and mostly nobody does
  }

  get status(): ResponseStatus {
    if (this.record.ended) return this.record.ended.status;
    return this.#begunAtMs === null ? 'queued' : 'in_progress';
  }

  /** Ms since the work began; 0 before. */
  get elapsedMs(): number {
    return this.#begunAtMs === null ? 0 : Date.now() - this.#begunAtMs;
  }

  /** Aborts when it is cancelled or left to the next process: its streams end. */
  get interrupted(): AbortSignal {
    return this.#interruption.signal;
  }

  /** Idempotent; what has ended stays as it ended. */
  async cancel(): Promise<void> {
    this.#interruption.abort(CANCELLED);
    await this.ended;
  }

  /** The server stops. */
  leave(): void {
    this.#interruption.abort(new Error('the server stops'));
  }

  async #begin(): Promise<void> {
    await this.hooks.mayBegin(this.interrupted);
    this.#begunAtMs = Date.now();
  }

  async #finish(): Promise<void> {
    await this.begun;
    const signal = this.interrupted;
    if (!signal.aborted) await sleep(this.record.latencyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted && signal.reason !== CANCELLED) throw signal.reason;
    await this.#end(signal.aborted ? 'cancelled' : plannedEnd(this.record));
  }

  async #end(status: EndStatus): Promise<void> {
    const ended = { atMs: Date.now(), status };
    await this.hooks.end({ ...this.record, ended });
    this.record.ended = ended;
  }
}

const CANCELLED = new Error('the response was cancelled');
