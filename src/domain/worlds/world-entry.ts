import type { ModelUsage } from '../evaluation/metrics/metric';
import type { Json } from '../kernel/canonical-json';
import type { MemoryItem } from '../simulation/memory/memory-item';
import type { Faculties } from '../simulation/run/minds';
import type { Answer, TickSummary, World, WorldEvent } from '../simulation/world';
import type { EventForms } from './event-form';
import type { SecondThoughtsMode } from './marketplace/agent/second-thoughts';
import type { Execution } from './marketplace/result';

/** A world whose types only it knows: states, views and decisions pass through as the JSON that it made itself. */
export type AnyWorld = World<Json, Json, Json, Json, Json>;

/** A world and what is played in it. Every version with open or replayable runs has its entry. */
export interface WorldEntry extends Faculties {
  world: AnyWorld;
  /** A decision held against what was recalled, and against plain sense. */
  secondThoughts(
    view: Json,
    decision: Json,
    facts: readonly MemoryItem[],
    mode: SecondThoughtsMode,
  ): { decision: Json; feedback: string[] };
  /** A decision without what a model only says of it: nothing comes of that, and it is long. */
  withoutWords(decision: Json): Json;
  /** All that it tells, by type. */
  events: EventForms;
  /** What a budget of an agent can count besides its model's answers. */
  tools: readonly string[];
  /** Which of them a decision uses, one name for each time. */
  toolCalls(decision: Json): string[];
  /** The scenario with these agents in it, for as many ticks. */
  cast(scenario: Json, agentIds: readonly string[], ticks: number): Json;
  /** How it takes over from the version before; left out, no run of that one goes on in this one. */
  migrate?: Migration;
  /** @param state after the last tick */
  concluding(state: Json): Concluding;
}

/** Hears the ticks of a run in their order, from the first on, and keeps what does not grow with them. */
export interface Concluding {
  add(tick: ConcludedTick): void;
  /** What is left of the run, what in it is not as it must be, and what it is worth by the world's measures. */
  end(execution: Execution): Conclusion;
}

export interface Conclusion {
  result: Json;
  violations: Json[];
  measured: Json;
  /** 0 to 100; null where it cannot be told. */
  score: number | null;
}

/** What the version before wrote, as this one reads it. Pure, and right for any state that is checked after a tick. */
export interface Migration {
  state(state: Json): Json;
  decision(decision: Json): Json;
  /** Left out: its rows and events are as they were. */
  recorded?(tick: ConcludedTick): ConcludedTick;
}

/** A tick as it was recorded. */
export interface ConcludedTick {
  /** From 1. */
  tick: number;
  summary: TickSummary;
  events: readonly WorldEvent[];
  answers: readonly Answer<Json>[];
  /** Of models; absent: none was used. */
  usage?: ModelUsage;
}
