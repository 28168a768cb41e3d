import { assert } from '../domain/kernel/assert';
import { hashJson } from '../domain/kernel/hash';
import type { FlushReason } from '../domain/llm/micro-batch';
import { Batching, DEFAULT_BATCH_LIMITS } from './batching';

/** A message in the form of the client. */
export type PromptMessage = Record<string, unknown>;

/** Whom a batcher asks. */
export interface CompletionClient<Response> {
  complete(promptMessages: readonly PromptMessage[], parameters: Record<string, unknown>): Promise<Response>;
}

export interface LLMBatcherOptions {
  /** Requests of one batch at most, 20 by default. */
  batchSize?: number;
  /** Longest wait of a request for others, in ms, 50 by default. */
  batchIntervalMs?: number;
  /** Batches under way at once, 5 by default; more wait, and fill meanwhile. */
  maxConcurrentBatches?: number;
}

/** Called once per request: with the response, or without one and with the error. */
export type LLMBatchCallback<Response> = (response: Response | undefined, error?: unknown) => void;

export interface LLMBatcherStatistics {
  totalRequests: number;
  totalBatches: number;
  averageBatchSize: number;
  largestBatch: number;
  /** Batches by why they were sent. */
  reasons: Record<FlushReason, number>;
  /** Requests that were answered by an equal one's call. */
  savedCalls: number;
  waiting: number;
  batchesUnderWay: number;
}

interface Request<Response> {
  tokens: number;
  /** Equal for equal requests. */
  key: string;
  promptMessages: readonly PromptMessage[];
  parameters: Record<string, unknown>;
  callback: LLMBatchCallback<Response>;
}

/**
 * Micro-batches for programs that use no more of the gateway than this: a batch is sent when it is full, or after an
 * interval. Requests of one batch that are equal, parameters included, are one call of the client and answer every
 * callback. Different prompts are never merged.
 */
export class LLMBatcher<Response> {
  readonly #batching: Batching<Request<Response>>;
  readonly #open = new Set<Request<Response>>();
  #savedCalls = 0;
  #stopped = false;
  #onIdle: () => void = () => undefined;

  constructor(
    private readonly llmClient: CompletionClient<Response>,
    { batchSize = 20, batchIntervalMs = 50, maxConcurrentBatches = 5 }: LLMBatcherOptions = {},
  ) {
    for (const [name, value] of Object.entries({ batchSize, batchIntervalMs, maxConcurrentBatches }))
      assert(
        Number.isSafeInteger(value) && value > 0,
        `LLMBatcher: ${name} is ${value}; expected a whole number above 0`,
      );
    const limits = {
      ...DEFAULT_BATCH_LIMITS,
      size: batchSize,
      intervalMs: batchIntervalMs,
      atWork: maxConcurrentBatches,
    };
    this.#batching = new Batching<Request<Response>>(
      limits,
      (batch) => this.#send(batch),
      () => true,
    );
  }

  /** @param parameters given to the client with the messages; requests of other parameters are other requests */
  addRequest(
    promptMessages: readonly PromptMessage[],
    callback: LLMBatchCallback<Response>,
    parameters: Record<string, unknown> = {},
  ): void {
    assert(!this.#stopped, 'LLMBatcher: a request was added after stop()');
    const request = { tokens: 0, key: '', promptMessages, parameters, callback };
    this.#open.add(request);
    try {
      request.key = hashJson({ messages: promptMessages, parameters });
    } catch (error) {
      // What is no JSON has no equal. As every answer, this one comes after the call has returned.
      setImmediate(() => this.#answer(request, undefined, error));
      return;
    }
    this.#batching.add(request);
  }

  /** Sends what waits now, without waiting for the interval. */
  processBatch(): void {
    this.#batching.ask();
  }

  /**
   * Takes no more requests. Those that wait are sent at once, or their callbacks get an error; none is forgotten.
   * Resolves when every callback was called.
   */
  async stop({ waiting = 'flush' }: { waiting?: 'flush' | 'reject' } = {}): Promise<void> {
    this.#stopped = true;
    if (waiting === 'flush') this.processBatch();
    else
      for (const request of this.#open) if (this.#batching.remove(request)) this.#answer(request, undefined, stopped());
    if (this.#open.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }

  getStatistics(): LLMBatcherStatistics {
    const { batches, requests, largest, reasons, waiting, atWork } = this.#batching.counts;
    return {
      totalRequests: requests + waiting,
      totalBatches: batches,
      averageBatchSize: batches === 0 ? 0 : requests / batches,
      largestBatch: largest,
      reasons,
      savedCalls: this.#savedCalls,
      waiting,
      batchesUnderWay: atWork,
    };
  }

  async #send(batch: readonly Request<Response>[]): Promise<void> {
    const equal = new Map<string, Request<Response>[]>();
    for (const request of batch) equal.set(request.key, [...(equal.get(request.key) ?? []), request]);
    this.#savedCalls += batch.length - equal.size;
    await Promise.all([...equal.values()].map((requests) => this.#ask(requests)));
  }

  async #ask(requests: readonly Request<Response>[]): Promise<void> {
    const [{ promptMessages, parameters }] = requests as [Request<Response>];
    try {
      const response = await this.llmClient.complete(promptMessages, parameters);
      for (const request of requests) this.#answer(request, response);
    } catch (error) {
      for (const request of requests) this.#answer(request, undefined, error);
    }
  }

  /** A callback that throws is a defect of its own, which the callers beside it must not feel. */
  #answer(request: Request<Response>, response: Response | undefined, error?: unknown): void {
    this.#open.delete(request);
    try {
      request.callback(response, error);
    } catch (thrown) {
      process.emitWarning(`a callback of LLMBatcher threw: ${String(thrown)}`, 'LLMBatcher');
    }
    if (this.#open.size === 0) this.#onIdle();
  }
}

function stopped(): Error {
  return new Error('the batcher was stopped before this request was sent');
}
