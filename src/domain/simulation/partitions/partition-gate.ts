import { assert } from '../../kernel/assert';
import type { Json } from '../../kernel/canonical-json';
import type { PartitionMessage } from '../world';

export interface CarriedGate {
  tick: number;
  untilTick: number;
  heard: readonly PartitionMessage[];
  said: readonly PartitionMessage[];
}

/** More of it in one window is a defect of the world, not news. */
export const MESSAGES_PER_WINDOW_MAX = 256;

/**
 * One partition's side of the barrier: how far it may play, what it hears before its next tick, what it has said since the
 * window was opened. Pure.
 */
export class PartitionGate {
  private reached: number;
  private until: number;
  private inbox: readonly PartitionMessage[];
  private outbox: PartitionMessage[];

  constructor(
    readonly name: string,
    carried?: CarriedGate,
  ) {
    this.reached = carried?.tick ?? 0;
    this.until = carried?.untilTick ?? 0;
    this.inbox = carried?.heard ?? [];
    this.outbox = [...(carried?.said ?? [])];
  }

  /** How many ticks are done. */
  get tick(): number {
    return this.reached;
  }

  get isOpen(): boolean {
    return this.reached < this.until;
  }

  /** Ticks may be played up to this one. */
  get untilTick(): number {
    return this.until;
  }

  /** One that was opened before changes nothing: a coordinator that was reset opens it again. */
  open(untilTick: number, messages: readonly PartitionMessage[]): void {
    if (untilTick <= this.until) return;
    this.until = untilTick;
    this.inbox = messages;
  }

  /** What the tick that is about to begin hears. Stays until a tick is done: one that was given up begins again. */
  get heard(): readonly PartitionMessage[] {
    return this.inbox;
  }

  /** A tick is done, and this is what it has to say. */
  played(tick: number, bodies: readonly Json[]): void {
    this.reached = tick;
    this.inbox = [];
    this.outbox.push(...bodies.map((body) => ({ from: this.name, tick, body })));
    assert(
      this.outbox.length <= MESSAGES_PER_WINDOW_MAX,
      `PartitionGate ${this.name}: more than ${MESSAGES_PER_WINDOW_MAX} messages in one window`,
    );
  }

  takeSaid(): PartitionMessage[] {
    const taken = this.outbox;
    this.outbox = [];
    return taken;
  }

  carry(): CarriedGate {
    return { tick: this.reached, untilTick: this.until, heard: this.inbox, said: this.outbox };
  }
}
