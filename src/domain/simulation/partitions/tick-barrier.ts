import { assert, present } from '../../kernel/assert';
import type { RunStatus } from '../../agents/run-state';
import { inOrder } from './message-order';
import type { PartitionMessage } from '../world';

export interface BarrierPlan {
  /** In their order, which is also that of their messages. */
  partitions: readonly { name: string; neighbours: readonly string[] }[];
  /** Of every partition. */
  ticks: number;
  /** How many ticks a window has: partitions meet after each. */
  every: number;
  /** Beats after which a window that was opened has to be played. */
  ackBeats: number;
  /** Beats in a row that may pass without a sign of life. */
  missedBeatsMax: number;
  /** How many play at once, in all and on one lane: the others wait for their turn. */
  atOnce: number;
  atOncePerLane: number;
}

export interface PartitionEnd {
  status: RunStatus;
  reasonCode?: string;
  reason?: string;
}

export interface Why {
  reasonCode: string;
  reason: string;
}

/** What a partition has done in all, as it says itself. */
export interface Done {
  tick: number;
  /** Of the position; known when its run is over. */
  hash?: string;
  calls: number;
  costMicroUsd: number;
  cpuMs: number;
}

export type PartitionStanding = 'ready' | 'due' | 'playing' | 'over';

export interface PartitionState {
  standing: PartitionStanding;
  /** Where its work is done: partitions of one lane share a limit. */
  lane: string;
  /** How many ticks are done, as far as is known. */
  tick: number;
  done?: Done;
  /** What it hears before its next tick. */
  inbox: PartitionMessage[];
  /** Since its window was opened. */
  beats: number;
  /** Since it was heard. */
  quietBeats: number;
  end?: PartitionEnd;
}

export interface CarriedBarrier {
  tick: number;
  partitions: PartitionState[];
}

/** A partition's turn: it plays up to this tick, and hears this before the first one. */
export interface Window {
  position: number;
  untilTick: number;
  messages: PartitionMessage[];
}

/**
 * Partitions of one simulation, tick by tick together. Pure; time comes as beats.
 *
 *   ready ── begin (everybody is ready or over) ──► due ── its turn ──► playing ── arrives ──► ready
 *   ready, due, playing ── ends, or is lost ──► over
 *
 * With the last arrival the window closes, and what was said in it lies in the inboxes: messages reach everybody before the
 * same tick, in an order that only the partitions' own decides, whoever was faster.
 */
export class TickBarrier {
  private tickReached: number;
  private untilTick: number;
  private said: { position: number; message: PartitionMessage }[] = [];
  private readonly states: PartitionState[];

  constructor(
    private readonly plan: BarrierPlan,
    carried?: CarriedBarrier,
  ) {
    assert(plan.every > 0 && plan.atOnce > 0 && plan.atOncePerLane > 0, 'TickBarrier: its plan would never move');
    this.tickReached = carried?.tick ?? 0;
    this.untilTick = this.tickReached;
    this.states = (carried?.partitions ?? plan.partitions.map(unseated)).map((state) => ({ ...state }));
  }

  /** How many ticks all that are left have done. */
  get tick(): number {
    return this.tickReached;
  }

  get partitions(): readonly PartitionState[] {
    return this.states;
  }

  /** Somebody may be told to play. */
  get hasTurns(): boolean {
    return this.states.some(({ standing, lane }) => standing === 'due' && this.hasRoom(lane));
  }

  /** Nobody plays or is about to. */
  get isAtBarrier(): boolean {
    return this.states.every(({ standing }) => standing === 'ready' || standing === 'over');
  }

  get isOver(): boolean {
    return this.states.every(({ standing }) => standing === 'over');
  }

  /** Those that are not over. */
  get live(): number[] {
    return this.states.flatMap(({ standing }, position) => (standing === 'over' ? [] : [position]));
  }

  seat(position: number, lane: string): void {
    this.of(position).lane = lane;
  }

  /** Opens the next window. */
  begin(): void {
    assert(this.isAtBarrier && this.tickReached < this.plan.ticks, 'TickBarrier: a window begins where none is open');
    this.untilTick = Math.min(this.tickReached + this.plan.every, this.plan.ticks);
    for (const position of this.live) this.of(position).standing = 'due';
  }

  /** Whose turn it is now; they play from here on. */
  next(): Window[] {
    const windows: Window[] = [];
    this.states.forEach((state, position) => {
      if (state.standing !== 'due' || !this.hasRoom(state.lane)) return;
      const messages = state.inbox;
      Object.assign(state, { standing: 'playing', beats: 0, quietBeats: 0, inbox: [] });
      windows.push({ position, untilTick: this.untilTick, messages });
    });
    return windows;
  }

  /** A sign of life. */
  heard(position: number, tick: number): void {
    const state = this.of(position);
    state.tick = Math.max(state.tick, tick);
    state.quietBeats = 0;
  }

  /** Its window is played. What comes from one that is over, or a second time, changes nothing. */
  arrived(position: number, done: Done, messages: readonly PartitionMessage[]): void {
    const state = this.of(position);
    if (state.standing !== 'playing' || done.tick !== this.untilTick) return;
    Object.assign(state, { standing: 'ready', tick: done.tick, done });
    this.said.push(...messages.map((message) => ({ position, message })));
    this.closeWindow();
  }

  /** Its run is over, by itself or not. @returns false when it was over before */
  end(position: number, end: PartitionEnd, done?: Done): boolean {
    const state = this.of(position);
    if (state.standing === 'over') return false;
    Object.assign(state, { standing: 'over', end, inbox: [], ...(done ? { done, tick: done.tick } : {}) });
    this.closeWindow();
    return true;
  }

  /** Time passes for those that play. @returns who has used all of it up, and why */
  beat(): { position: number; why: Why }[] {
    const { ackBeats, missedBeatsMax } = this.plan;
    return this.states.flatMap((state, position) => {
      if (state.standing !== 'playing') return [];
      state.beats += 1;
      state.quietBeats += 1;
      if (state.quietBeats > missedBeatsMax) return [{ position, why: silent(state, this.untilTick) }];
      return state.beats > ackBeats ? [{ position, why: late(state, this.untilTick) }] : [];
    });
  }

  nameOf(position: number): string {
    return present(this.plan.partitions[position], `TickBarrier: there is no partition ${position}`).name;
  }

  carry(): CarriedBarrier {
    assert(this.isAtBarrier, 'TickBarrier: carried while partitions play');
    return { tick: this.tickReached, partitions: this.states };
  }

  private of(position: number): PartitionState {
    return present(this.states[position], `TickBarrier: there is no partition ${position}`);
  }

  private hasRoom(lane: string): boolean {
    const playing = this.states.filter(({ standing }) => standing === 'playing');
    const beside = playing.filter((state) => state.lane === lane);
    return playing.length < this.plan.atOnce && beside.length < this.plan.atOncePerLane;
  }

  private closeWindow(): void {
    if (!this.isAtBarrier || this.tickReached === this.untilTick) return;
    if (this.states.some(({ tick }) => tick === this.untilTick)) this.tickReached = this.untilTick;
    for (const { position, message } of inOrder(this.said)) this.deliver(position, message);
    this.said = [];
  }

  private deliver(from: number, message: PartitionMessage): void {
    const { neighbours } = this.plan.partitions[from]!;
    for (const position of this.live)
      if (position !== from && neighbours.includes(this.nameOf(position))) this.of(position).inbox.push(message);
  }
}

function unseated(): PartitionState {
  return { standing: 'ready', lane: '', tick: 0, inbox: [], beats: 0, quietBeats: 0 };
}

function silent({ tick, quietBeats }: PartitionState, untilTick: number): Why {
  const reason = `No sign of life for ${quietBeats - 1} heartbeats; it had played ${tick} of ${untilTick} ticks.`;
  return { reasonCode: 'heartbeats_missed', reason };
}

function late({ tick }: PartitionState, untilTick: number): Why {
  const reason = `It had played ${tick} of ${untilTick} ticks when the time for them was over.`;
  return { reasonCode: 'ack_timeout', reason };
}
