import {
  FLUSH_REASONS,
  MicroBatcher,
  type Batch,
  type Batchable,
  type BatchLimits,
  type FlushReason,
} from '../domain/llm/micro-batch';

export const DEFAULT_BATCH_LIMITS: BatchLimits = { size: 20, intervalMs: 50, tokens: 100_000, atWork: 5 };

export interface BatchCounts {
  batches: number;
  requests: number;
  largest: number;
  /** Batches by why they went. */
  reasons: Record<FlushReason, number>;
}

/** The policy of micro-batches with a clock: batches go as soon as they may. */
export class Batching<T extends Batchable> {
  readonly #policy: MicroBatcher<T>;
  readonly #counts: BatchCounts = {
    batches: 0,
    requests: 0,
    largest: 0,
    reasons: Object.fromEntries(FLUSH_REASONS.map((reason) => [reason, 0])) as Record<FlushReason, number>,
  };
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | null = null;

  /**
   * @param work a batch is at work until it ends; it tells its items of their errors itself, and one that it rejects with is a defect
   * @param moreComing whether somebody is known to be on the way; who does not know, waits for the interval
   */
  constructor(
    limits: BatchLimits,
    private readonly work: (items: T[]) => Promise<void>,
    private readonly moreComing: () => boolean,
  ) {
    this.#policy = new MicroBatcher(limits);
  }

  get counts(): BatchCounts & { waiting: number; atWork: number } {
    const { waiting, atWork } = this.#policy;
    return { ...this.#counts, reasons: { ...this.#counts.reasons }, waiting, atWork };
  }

  add(item: T): void {
    this.#policy.add(performance.now(), item);
    this.look();
  }

  /** @returns whether it was still waiting */
  remove(item: T): boolean {
    return this.#policy.remove(item);
  }

  /** Whoever waits goes as soon as fewer than the most batches are at work. */
  ask(): void {
    this.#policy.ask();
    this.look();
  }

  /** At the end of the event loop's turn, so that what comes in one turn goes together. */
  look(): void {
    this.#turn ??= setImmediate(() => {
      this.#turn = null;
      this.#go();
    });
  }

  #go(): void {
    clearTimeout(this.#timer);
    const next = () => this.#policy.next(performance.now(), this.moreComing());
    for (let batch = next(); batch; batch = next()) this.#begin(batch);
    const dueAtMs = this.#policy.dueAtMs();
    // A timer may come early by a fraction; then it is set once more.
    if (dueAtMs !== null)
      this.#timer = setTimeout(() => this.#go(), Math.max(1, Math.ceil(dueAtMs - performance.now())));
  }

  #begin({ reason, items }: Batch<T>): void {
    this.#counts.batches += 1;
    this.#counts.requests += items.length;
    this.#counts.largest = Math.max(this.#counts.largest, items.length);
    this.#counts.reasons[reason] += 1;
    void this.work(items)
      .catch((error: unknown) => process.emitWarning(`a batch rejected: ${String(error)}`, 'Batching'))
      .finally(() => {
        this.#policy.ended();
        this.look();
      });
  }
}
