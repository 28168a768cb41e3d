import type { Pool } from '../adapters/postgres/connection';
import { noteNode, type NodeNote } from '../adapters/postgres/progress';
import { LonghaulError } from '../domain/kernel/errors';
import type { Log } from './log';
import type { GatewayCall } from './types';

/** What a call can wait for, with what people read meanwhile. `waitedFor` tells the caller which status a final one has. */
export type Wait =
  | { for: 'budget'; budget: string }
  | { for: 'reconciliation'; budget: string }
  | { for: 'rate-limit'; limit: string }
  | { for: 'other-process'; leaseUntil: Date }
  | { for: 'provider'; provider: string; detail: string };

/** Shorter waits are nobody's business, and would cost a transaction each. */
const VISIBLE_AFTER_MS = 1_000;
/** A call that gave up its slot comes back after this, or after what the limiter says. */
const RETURN_AFTER_MS = 1_000;
const MAX_RETURN_AFTER_MS = 60_000;

/** A call that waits because another one, which pays for both, waits. */
export interface Companion {
  waiting: Waiting;
  /** Its own time is over. */
  leave(reason: unknown): void;
}

/**
 * The waits of one call, its own and those of a call that pays for it: visible after a second, bounded by the caller's `maxWaitMs` (all waits together) and by the
 * node's queue timeout, which counts over all activity attempts and by the database's clock.
 */
export class Waiting {
  #beganAt: number | null = null;
  /** How long the node has waited by the last answer of the database, and when that was heard. */
  #known: { waitedMs: number; at: number } | null = null;
  #shown = '';
  #spentMs = 0;
  #companions: ReadonlySet<Companion> = new Set();

  constructor(
    private readonly pool: Pool,
    private readonly call: GatewayCall,
    private readonly log: Log,
  ) {}

  /** How much longer this call may wait in here, in ms. */
  get leftMs(): number {
    const queueLeftMs = this.call.queueTimeoutMs
      ? this.call.queueTimeoutMs - this.#waitedMs()
      : Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(this.call.maxWaitMs - this.#spentMs - this.#thisWaitMs(), queueLeftMs));
  }

  /** From here on they wait when this one does; each is bounded by its own time. */
  accompaniedBy(companions: ReadonlySet<Companion>): void {
    this.#companions = companions;
  }

  /** A wait begins, which may be over before its first turn. */
  began(): void {
    for (const { waiting } of this.#companions) waiting.began();
    this.#beganAt ??= performance.now();
  }

  /** Call at each turn of a wait. @throws the error that ends the wait when it was too long. */
  async turn(wait: Wait, nextTryMs: number): Promise<void> {
    for (const { waiting, leave } of this.#companions) void waiting.turn(wait, nextTryMs).catch(leave);
    this.#beganAt ??= performance.now();
    if (this.#thisWaitMs() >= VISIBLE_AFTER_MS) await this.#show(wait, nextTryMs);
    if (this.leftMs <= 0) throw await this.giveUp(wait, nextTryMs);
  }

  /** The wait is over, its time counts. */
  ended(): void {
    for (const { waiting } of this.#companions) waiting.ended();
    this.#spentMs += this.#thisWaitMs();
    this.#beganAt = null;
  }

  /** The wait did not fit into this call: an error that tells when to come back, or that the queue timeout has passed. */
  async giveUp(wait: Wait, nextTryMs: number): Promise<LonghaulError> {
    const waitMs = Math.round(Math.min(Math.max(nextTryMs, RETURN_AFTER_MS), MAX_RETURN_AFTER_MS));
    this.#beganAt ??= performance.now();
    this.#shown = '';
    await this.#show(wait, waitMs);
    const { callKey, queueTimeoutMs } = this.call;
    if (queueTimeoutMs && this.#waitedMs() >= queueTimeoutMs) {
      return new LonghaulError('QueueTimeout', {
        callKey,
        queueTimeoutSeconds: queueTimeoutMs / 1000,
        what: textOf(wait),
        waitedFor: wait.for,
      });
    }
    return toError(wait, callKey, waitMs);
  }

  #thisWaitMs(): number {
    return this.#beganAt === null ? 0 : performance.now() - this.#beganAt;
  }

  #waitedMs(): number {
    if (!this.#known) return this.#thisWaitMs();
    return this.#known.waitedMs + (performance.now() - this.#known.at);
  }

  /** Written when it says something new. The read model is not worth a failed call. */
  async #show(wait: Wait, nextTryMs: number): Promise<void> {
    const text = textOf(wait);
    if (text === this.#shown) return;
    this.#shown = text;
    const { tenant, runId, node } = this.call;
    if (runId === null || node === null) return;
    try {
      const answer = await noteNode(this.pool, { tenant, runId, node, note: noteOf(wait, Math.round(nextTryMs)) });
      if (answer) this.#known = { waitedMs: answer.waitedMs, at: performance.now() };
    } catch (error) {
      this.log.warn({ err: error, runId, node }, 'a wait could not be shown');
    }
  }
}

function noteOf(wait: Wait, nextTryMs: number): NodeNote {
  const reasonCode = {
    budget: 'waiting_for_budget',
    reconciliation: 'waiting_for_reconciliation',
    'rate-limit': 'waiting_for_rate_limit',
    'other-process': 'waiting_for_other_process',
    provider: 'waiting_for_provider',
  }[wait.for];
  const status = wait.for === 'rate-limit' ? 'rate_limited' : 'running';
  return { status, reasonCode, reason: `Waits for ${textOf(wait)}.`, waiting: true, nextTryMs };
}

function textOf(wait: Wait): string {
  switch (wait.for) {
    case 'budget':
      return `room in budget ${wait.budget}`;
    case 'reconciliation':
      return `the reconciliation of attempts with unknown cost, which hold the room in budget ${wait.budget}`;
    case 'rate-limit':
      return `limit ${wait.limit}`;
    case 'other-process':
      return 'another process that has this call under way';
    case 'provider':
      return `provider "${wait.provider}", which failed several times in a row: ${wait.detail}`;
  }
}

function toError(wait: Wait, callKey: string, waitMs: number): LonghaulError {
  switch (wait.for) {
    case 'budget':
    case 'reconciliation':
      return new LonghaulError('BudgetWait', { callKey, budget: wait.budget, waitMs, waitedFor: wait.for });
    case 'rate-limit':
      return new LonghaulError('RateLimited', { callKey, limit: wait.limit, waitMs, waitedFor: wait.for });
    case 'other-process':
      return new LonghaulError('CallLeased', {
        callKey,
        leaseUntil: wait.leaseUntil.toISOString(),
        waitMs,
        waitedFor: wait.for,
      });
    case 'provider':
      return new LonghaulError('ProviderUnreachable', {
        ...{ callKey, provider: wait.provider, detail: wait.detail },
        ...{ failureClass: 'unreachable', waitMs, waitedFor: wait.for },
      });
  }
}
