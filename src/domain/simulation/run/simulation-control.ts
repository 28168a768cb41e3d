import { assert } from '../../kernel/assert';
import { SeenKeys } from './seen-keys';
import type { SimulationTerms } from './simulation-terms';

/** What a person tells agents: it is in the prompts of the next tick, and of no other. */
export interface Hint {
  text: string;
  /** Absent: for everybody. */
  agentId?: string;
}

/** Why a run waits for a person. */
export interface Parked {
  reasonCode: string;
  reason: string;
}

export interface CarriedControl {
  paused: boolean;
  parked?: Parked;
  holdAtTick?: number;
  hints: Hint[];
  /** Absent: none wait. */
  terms?: SimulationTerms[];
  /** How the run stands by what people were told last. */
  told: Standing;
  /** It was told to end after it had decided to go on in a new history. Absent: it was not. */
  stopped?: true;
  /** Keys of what was said; absent: nothing was under one. */
  seen?: string[];
  /** The same of agents' answers. */
  seenAnswers?: string[];
}

export type Standing = 'going' | 'paused' | 'parked';

/**
 * What people have said about how a run goes on, obeyed between two ticks.
 *
 *   going ── pause ──► paused ── resume ──► going          (a second one changes nothing)
 *   any ── advance n ──► going until n more ticks are done ──► paused
 *   going ── park (the run cannot go on without a person) ──► parked ── resume | advance ──► going
 *   any ── terms ──► the same, by other terms from the next tick on
 *   any ── stop ──► stopping: no tick is begun any more
 */
export class SimulationControl {
  /** Keys of everything that was said, in whichever history, but for answers. */
  readonly seen: SeenKeys;
  /** Apart: there is one for each agent and tick, and they would push the others out within seconds. */
  readonly seenAnswers: SeenKeys;
  private paused: boolean;
  private parkedFor: Parked | undefined;
  private holdAtTick: number | undefined;
  private hints: Hint[];
  private terms: SimulationTerms[];
  private stopped: boolean;
  private told: Standing;

  constructor(carried?: CarriedControl) {
    this.paused = carried?.paused ?? false;
    this.parkedFor = carried?.parked;
    this.holdAtTick = carried?.holdAtTick;
    this.hints = [...(carried?.hints ?? [])];
    this.terms = [...(carried?.terms ?? [])];
    this.stopped = carried?.stopped ?? false;
    this.told = carried?.told ?? 'going';
    this.seen = new SeenKeys(carried?.seen);
    this.seenAnswers = new SeenKeys(carried?.seenAnswers);
  }

  get isStopping(): boolean {
    return this.stopped;
  }

  /** Nothing new is begun. */
  get isHeld(): boolean {
    return this.paused || this.parkedFor !== undefined;
  }

  get parked(): Parked | undefined {
    return this.parkedFor;
  }

  get standing(): Standing {
    if (this.parkedFor) return 'parked';
    return this.paused ? 'paused' : 'going';
  }

  /** How the run stands, when people were told otherwise before; asked where it is true, between two ticks. */
  takeNews(): Standing | undefined {
    if (this.told === this.standing) return undefined;
    this.told = this.standing;
    return this.told;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.parkedFor = undefined;
  }

  advance(ticks: number, fromTick: number): void {
    assert(ticks >= 1, `advance: ${ticks} ticks lead nowhere`);
    this.resume();
    this.holdAtTick = fromTick + ticks;
  }

  park(why: Parked): void {
    this.parkedFor = why;
  }

  stop(): void {
    this.stopped = true;
  }

  hint(hint: Hint): void {
    this.hints.push(hint);
  }

  /** To be told of every tick that is done; the last of an `advance` pauses the run. */
  reached(tick: number): void {
    if (this.holdAtTick === undefined || tick < this.holdAtTick) return;
    this.holdAtTick = undefined;
    this.paused = true;
  }

  /** How far ticks may be played without looking here again. */
  bound(untilTick: number): number {
    return this.holdAtTick === undefined ? untilTick : Math.min(untilTick, this.holdAtTick);
  }

  get hintCount(): number {
    return this.hints.length;
  }

  /** Those that were given before the tick: every role of it reads the same ones. */
  takeHints(): Hint[] {
    const taken = this.hints;
    this.hints = [];
    return taken;
  }

  get waitingTerms(): readonly SimulationTerms[] {
    return this.terms;
  }

  goOnBy(terms: SimulationTerms): void {
    this.terms.push(terms);
  }

  /** To be taken between two ticks, in the order in which they were said. */
  takeTerms(): SimulationTerms[] {
    const taken = this.terms;
    this.terms = [];
    return taken;
  }

  carry(): CarriedControl {
    const seen = this.seen.carry();
    const seenAnswers = this.seenAnswers.carry();
    return {
      paused: this.paused,
      ...(this.parkedFor ? { parked: this.parkedFor } : {}),
      ...(this.holdAtTick === undefined ? {} : { holdAtTick: this.holdAtTick }),
      hints: this.hints,
      ...(this.terms.length > 0 ? { terms: this.terms } : {}),
      told: this.told,
      ...(this.stopped ? { stopped: true } : {}),
      ...(seen.length > 0 ? { seen } : {}),
      ...(seenAnswers.length > 0 ? { seenAnswers } : {}),
    };
  }
}
