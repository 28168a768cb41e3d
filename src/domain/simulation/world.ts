import type { Json } from '../kernel/canonical-json';
import type { MemoryReview } from './memory/memory-review';

/**
 * What happened in a tick. The type is what rules and viewers watch; `subject` is whom it concerns, `data` the rest.
 * Everything is JSON: it is stored, sent to viewers, and compared.
 */
export interface WorldEvent {
  type: string;
  subject?: string;
  data?: { [key: string]: Json };
}

/** Somebody must decide before the tick can go on. */
export interface Ask<V> {
  agentId: string;
  view: V;
}

/** What one partition of a simulation tells another; it arrives before the next tick that both begin together. */
export interface PartitionMessage {
  /** The partition that says it. */
  from: string;
  /** After how many of its ticks. */
  tick: number;
  /** As the world made it, and as only the world reads it. */
  body: Json;
}

/** Where a decision came from; a viewer and the score must be able to tell an agent's from a stand-in's. */
export const ANSWER_SOURCES = ['agent', 'fallback', 'standing'] as const;
export type AnswerSource = (typeof ANSWER_SOURCES)[number];

export interface Answer<D> {
  agentId: string;
  decision: D;
  source: AnswerSource;
  /** What was wrong with parts of it, as the agent is told next time. */
  feedback: string[];
  /** The stored answer of a model, which has its words where the decision leaves them out. */
  wordsIn?: string;
  /** How a model reviewed the tick before, where one was asked: what the agent knew follows from the record. */
  review?: MemoryReview;
}

/** A tick on its way: it needs these answers, or (none asked) it is done. */
export interface Progress<S, V, E extends WorldEvent = WorldEvent> {
  state: S;
  events: E[];
  ask: Ask<V>[];
}

/** What an agent is told, as text: `system` does not change from tick to tick, `user` is this tick. */
export interface PromptParts {
  system: string;
  user: string;
}

/** The row of a tick that people read and plot. */
export interface TickSummary {
  /** By name; money in integer cents with names that end in `Cents`. */
  figures: Record<string, number>;
  /** One sentence. */
  storyline: string;
  mood: 'positive' | 'neutral' | 'negative';
}

/**
 * A world: pure, deterministic, and the only place that knows its rules. State, views, decisions and events are JSON. The
 * engine knows no world, and worlds do not meet.
 *
 * @typeParam S state · V what one agent sees · D what it decides · C how a run of it is set up · X what a fork may change
 */
export interface World<S, V, D, C, X, E extends WorldEvent = WorldEvent> {
  readonly name: string;
  /** Grows with every change of behaviour: a run keeps the version it began with. */
  readonly version: number;
  init(scenario: C, seed: number): S;
  /** Runs until somebody must decide, or the tick is done. */
  beginTick(state: S): Progress<S, V, E>;
  /** The same with the answers: one for each ask, in the order of the asks. */
  resume(state: S, answers: readonly Answer<D>[]): Progress<S, V, E>;
  /** Validates each part alone and never throws: what is wrong becomes feedback. */
  parseDecision(raw: unknown, view: V): { decision: D; feedback: string[] };
  /** When an agent errs or is late. */
  fallback(view: V): D;
  /** What the last decision keeps ordering while nobody is asked. */
  standing(view: V, last: D): D;
  /** Named, so that rules are data. Asked after a tick. */
  readonly conditions: Readonly<Record<string, (state: S, events: readonly E[]) => boolean>>;
  /** @throws LonghaulError when the change does not fit this state */
  amend(state: S, change: X): S;
  prompt(view: V): PromptParts;
  /** Invariants, after every tick, also in production. @throws InvariantError */
  check(state: S): void;
  summarise(state: S, events: readonly E[]): TickSummary;
  /** What the other partitions hear of a tick that is done. A world without it has nothing to tell. */
  outgoing?(state: S, events: readonly E[]): Json[];
  /** What came from other partitions, in its order, before the tick begins. A world with `outgoing` has it. */
  incoming?(state: S, messages: readonly PartitionMessage[]): { state: S; events: E[] };
}
