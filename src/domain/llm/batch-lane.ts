import { assert, present } from '../kernel/assert';

/** Of one batch: what comes after goes into the next. */
export interface LaneLimits {
  items: number;
  bytes: number;
}

/** OpenAI takes 50,000 requests and 200 MB; a smaller batch is lost less when it expires. */
export const DEFAULT_LANE_LIMITS: LaneLimits = { items: 1_000, bytes: 16 * 1024 * 1024 };

export interface LanePolicy {
  /** How long a batch takes items, in ms. */
  ageMs: number;
  /** Until the first look at a submitted batch, in ms; each look waits half as long again as the one before. */
  lookMs: number;
  /** The longest wait between two looks. */
  lookMsMax: number;
}

/**
 * `filling`: takes items. `full`: is to be closed. `closed`: is to be submitted. `working`: at the provider. `ended`: its
 * answers are to be collected. `over`: nothing is left to be done.
 */
export type BatchPhase = 'filling' | 'full' | 'closed' | 'working' | 'ended' | 'over';

/** What is to be done next for a batch; `rest` is to be waited for, and ends early when the batch is told to be full. */
export type BatchStep =
  | { do: 'rest'; forMs: number }
  | { do: 'close' }
  | { do: 'submit' }
  | { do: 'look' }
  | { do: 'collect' }
  | { do: 'end' };

/** One batch between two workflow runs. */
export interface CarriedBatch {
  batchId: string;
  phase: BatchPhase;
  /** When it is to be closed, or looked at, in ms of the workflow's clock. */
  dueMs: number;
  looks: number;
}

/** The life of one batch, pure: what is done is reported, what is to be done next is asked. */
export class LaneBatch {
  private constructor(
    private readonly policy: LanePolicy,
    private state: CarriedBatch,
  ) {}

  static opened(policy: LanePolicy, batchId: string, nowMs: number): LaneBatch {
    return new LaneBatch(policy, { batchId, phase: 'filling', dueMs: nowMs + policy.ageMs, looks: 0 });
  }

  static carried(policy: LanePolicy, state: CarriedBatch): LaneBatch {
    return new LaneBatch(policy, { ...state });
  }

  get batchId(): string {
    return this.state.batchId;
  }

  get phase(): BatchPhase {
    return this.state.phase;
  }

  next(nowMs: number): BatchStep {
    const leftMs = this.state.dueMs - nowMs;
    switch (this.state.phase) {
      case 'filling':
        return leftMs > 0 ? { do: 'rest', forMs: leftMs } : { do: 'close' };
      case 'full':
        return { do: 'close' };
      case 'closed':
        return { do: 'submit' };
      case 'working':
        return leftMs > 0 ? { do: 'rest', forMs: leftMs } : { do: 'look' };
      case 'ended':
        return { do: 'collect' };
      case 'over':
        return { do: 'end' };
    }
  }

  /** It takes no more; said late, or twice, it changes nothing. */
  filled(): void {
    if (this.state.phase === 'filling') this.go('full');
  }

  /** @param items how many it holds; what no run waits for any more was taken out */
  closed(items: number): void {
    assert(this.isClosing, `LaneBatch: closed while ${this.state.phase}`);
    this.go(items === 0 ? 'over' : 'closed');
  }

  /** @param isRefused the provider will not take it, and its items say so already */
  submitted(isRefused: boolean, nowMs: number): void {
    assert(this.state.phase === 'closed', `LaneBatch: submitted while ${this.state.phase}`);
    this.go(isRefused ? 'over' : 'working');
    this.state.dueMs = nowMs + this.policy.lookMs;
  }

  looked(hasEnded: boolean, nowMs: number): void {
    assert(this.state.phase === 'working', `LaneBatch: looked at while ${this.state.phase}`);
    if (hasEnded) return this.go('ended');
    this.state.looks += 1;
    this.state.dueMs = nowMs + this.patienceMs();
  }

  collected(): void {
    assert(this.state.phase === 'ended', `LaneBatch: collected while ${this.state.phase}`);
    this.go('over');
  }

  carry(): CarriedBatch {
    return { ...this.state };
  }

  private get isClosing(): boolean {
    return this.state.phase === 'filling' || this.state.phase === 'full';
  }

  /** 1, 1.5, 2.25 … times the first wait; in whole ms, by multiplication alone. */
  private patienceMs(): number {
    const { lookMs, lookMsMax } = this.policy;
    let waitMs = lookMs;
    for (let look = 0; look < this.state.looks && waitMs < lookMsMax; look += 1) waitMs = Math.ceil((waitMs * 3) / 2);
    return Math.min(waitMs, lookMsMax);
  }

  private go(phase: BatchPhase): void {
    this.state.phase = phase;
  }
}

/** The batches of one lane: those of one tenant for one model of one provider. Filling there is one, under way may be several. */
export class BatchLane {
  private readonly batches = new Map<string, LaneBatch>();
  private readonly fresh: LaneBatch[] = [];
  private draining = false;

  constructor(
    private readonly policy: LanePolicy,
    carried: readonly CarriedBatch[] = [],
  ) {
    for (const state of carried) this.add(LaneBatch.carried(policy, state));
  }

  /** A batch was opened, or takes no more. Said again it changes nothing. */
  tell(batchId: string, isFull: boolean, nowMs: number): void {
    if (!this.batches.has(batchId)) this.add(LaneBatch.opened(this.policy, batchId, nowMs));
    if (isFull) present(this.batches.get(batchId), `BatchLane: no batch ${batchId}`).filled();
  }

  /** Those that nobody tends yet. */
  takeFresh(): LaneBatch[] {
    return this.fresh.splice(0);
  }

  /** Nothing is left to be done for it. */
  drop(batch: LaneBatch): void {
    this.batches.delete(batch.batchId);
  }

  /** From now on steps end and none begins. */
  drain(): void {
    this.draining = true;
  }

  get isDraining(): boolean {
    return this.draining;
  }

  get hasFresh(): boolean {
    return this.fresh.length > 0;
  }

  get isIdle(): boolean {
    return this.batches.size === 0;
  }

  get size(): number {
    return this.batches.size;
  }

  carry(): CarriedBatch[] {
    return [...this.batches.values()].map((batch) => batch.carry());
  }

  private add(batch: LaneBatch): void {
    this.batches.set(batch.batchId, batch);
    this.fresh.push(batch);
  }
}
