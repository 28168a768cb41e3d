import { assert } from '../kernel/assert';

export interface BatchLimits {
  /** Requests of one batch. */
  size: number;
  /** Longest wait of a request for others, in ms, while a batch may go. */
  intervalMs: number;
  /** Tokens of one batch; a request that is larger goes alone. */
  tokens: number;
  /** Batches at work at once. */
  atWork: number;
}

export interface Batchable {
  tokens: number;
  /** Requests of one group (a model, a common beginning) go together where there is a choice; providers cache beginnings. */
  group?: string;
}

/** Why a batch went: it was full, by number or by tokens; its interval was over; nothing else was coming; somebody asked. */
export const FLUSH_REASONS = ['size', 'tokens', 'interval', 'idle', 'asked'] as const;
export type FlushReason = (typeof FLUSH_REASONS)[number];

export interface Batch<T> {
  reason: FlushReason;
  items: T[];
}

interface Waiting<T> {
  item: T;
  sinceMs: number;
  asked: boolean;
}

/**
 * Which requests go together, and when. While the most batches are at work the next one fills; what is more than a batch
 * waits for the one after it. The oldest request is in every batch, so that nobody is passed for ever.
 */
export class MicroBatcher<T extends Batchable> {
  #waiting: Waiting<T>[] = [];
  #atWork = 0;

  constructor(private readonly limits: BatchLimits) {}

  get waiting(): number {
    return this.#waiting.length;
  }

  get atWork(): number {
    return this.#atWork;
  }

  add(nowMs: number, item: T): void {
    this.#waiting.push({ item, sinceMs: nowMs, asked: false });
  }

  /** It leaves before its batch went. @returns whether it was still waiting */
  remove(item: T): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((other) => other.item !== item);
    return this.#waiting.length < before;
  }

  /** Whoever waits now need not be waited for any longer. */
  ask(): void {
    for (const waiting of this.#waiting) waiting.asked = true;
  }

  /** The batch that goes now, to be asked for until there is none. `moreComing`: somebody is known to be on the way. */
  next(nowMs: number, moreComing: boolean): Batch<T> | null {
    if (this.#waiting.length === 0 || this.#atWork >= this.limits.atWork) return null;
    const chosen = this.#choose();
    const reason = this.#reason(nowMs, chosen, moreComing);
    if (!reason) return null;
    this.#waiting = this.#waiting.filter((waiting) => !chosen.has(waiting));
    this.#atWork += 1;
    return { reason, items: [...chosen].map(({ item }) => item) };
  }

  /** A batch is no longer at work. */
  ended(): void {
    assert(this.#atWork > 0, 'micro-batch: more batches ended than began');
    this.#atWork -= 1;
  }

  /** When `next` has something for no other reason than that time has passed; null while only an event can change that. */
  dueAtMs(): number | null {
    const [oldest] = this.#waiting;
    return oldest && this.#atWork < this.limits.atWork ? oldest.sinceMs + this.limits.intervalMs : null;
  }

  #reason(nowMs: number, chosen: ReadonlySet<Waiting<T>>, moreComing: boolean): FlushReason | null {
    const oldest = this.#waiting[0]!;
    if (chosen.size >= this.limits.size) return 'size';
    if (chosen.size < this.#waiting.length || tokensOf(chosen) >= this.limits.tokens) return 'tokens';
    if (oldest.asked) return 'asked';
    if (nowMs - oldest.sinceMs >= this.limits.intervalMs) return 'interval';
    return moreComing ? null : 'idle';
  }

  /** As many as fit: the oldest one's group first, then the others' in the order in which they came. */
  #choose(): Set<Waiting<T>> {
    const chosen = new Set<Waiting<T>>();
    let tokens = 0;
    for (const waiting of byGroup(this.#waiting)) {
      tokens += waiting.item.tokens;
      if (chosen.size >= this.limits.size || (chosen.size > 0 && tokens > this.limits.tokens)) break;
      chosen.add(waiting);
    }
    return chosen;
  }
}

function byGroup<T extends Batchable>(waiting: readonly Waiting<T>[]): Waiting<T>[] {
  const groups = new Map<string | undefined, Waiting<T>[]>();
  for (const one of waiting) groups.set(one.item.group, [...(groups.get(one.item.group) ?? []), one]);
  return [...groups.values()].flat();
}

function tokensOf<T extends Batchable>(chosen: ReadonlySet<Waiting<T>>): number {
  return [...chosen].reduce((sum, { item }) => sum + item.tokens, 0);
}
