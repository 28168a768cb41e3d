import type { ModelUsage } from '../evaluation/metrics/metric';
import type { Json } from '../kernel/canonical-json';
import type { MemoryItem } from '../simulation/memory/memory-item';
import type { Faculties, Mind } from '../simulation/run/minds';
import type { Answer, TickSummary, World, WorldEvent } from '../simulation/world';
import { marketplace } from './marketplace';
import { MARKET_OBSERVER } from './marketplace/agent/observer';
import { secondThoughts, type SecondThoughtsMode } from './marketplace/agent/second-thoughts';
import { MARKET_TOOLS, toolCalls } from './marketplace/agent/tool-calls';
import { MARKET_MINDS } from './marketplace/bots';
import { contractViolations } from './marketplace/contract';
import { measuredMarket } from './marketplace/metrics/measured';
import { type Execution, marketResult, type RecordedDay } from './marketplace/result';
import type { MarketScenario, MarketState } from './marketplace/state';

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
  /** What a budget of an agent can count besides its model's answers. */
  tools: readonly string[];
  /** Which of them a decision uses, one name for each time. */
  toolCalls(decision: Json): string[];
  /** The scenario with these agents in it, for as many ticks. */
  cast(scenario: Json, agentIds: readonly string[], ticks: number): Json;
  /** What is left of a run, what in it is not as it must be, and what it is worth by the world's measures. */
  conclude(ticks: readonly ConcludedTick[], state: Json, execution: Execution, usage: UsageByTick): Conclusion;
}

export type UsageByTick = ReadonlyMap<number, ModelUsage>;

export interface Conclusion {
  result: Json;
  violations: Json[];
  measured: Json;
  /** 0 to 100; null where it cannot be told. */
  score: number | null;
}

/** A tick as it was recorded. */
export interface ConcludedTick {
  /** From 1. */
  tick: number;
  summary: TickSummary;
  events: readonly WorldEvent[];
  answers: readonly Answer<Json>[];
}

/** Keys are `name@version`. */
const WORLDS: ReadonlyMap<string, WorldEntry> = new Map(
  [
    {
      world: marketplace as unknown as AnyWorld,
      bots: MARKET_MINDS as unknown as Record<string, Mind>,
      observer: MARKET_OBSERVER as unknown as WorldEntry['observer'],
      secondThoughts: secondThoughts as unknown as WorldEntry['secondThoughts'],
      tools: MARKET_TOOLS,
      toolCalls: toolCalls as unknown as WorldEntry['toolCalls'],
      cast: (scenario: Json, sellers: readonly string[], days: number) =>
        ({ ...(scenario as unknown as MarketScenario), sellers: [...sellers], days }) as unknown as Json,
      conclude: (ticks: readonly ConcludedTick[], state: Json, execution: Execution, usage: UsageByTick) => {
        const days = ticks.map(({ tick, ...recorded }) => ({ day: tick, ...recorded }) as unknown as RecordedDay);
        const result = marketResult(days, state as unknown as MarketState, execution);
        const measured = measuredMarket(days, result, usage);
        return {
          ...{ result: result as unknown as Json, violations: contractViolations(result) as unknown as Json[] },
          ...{ measured: measured as unknown as Json, score: measured.metrics?.score ?? null },
        };
      },
    },
  ].map((entry) => [`${entry.world.name}@${entry.world.version}`, entry]),
);

/** Undefined: this program does not hold that version. */
export function worldOf(name: string, version: number): WorldEntry | undefined {
  return WORLDS.get(`${name}@${version}`);
}

/** The version that new runs play; undefined when there is no such world. */
export function newestWorld(name: string): WorldEntry | undefined {
  const versions = [...WORLDS.values()].filter(({ world }) => world.name === name);
  return versions.reduce<WorldEntry | undefined>(
    (newest, entry) => (newest && newest.world.version > entry.world.version ? newest : entry),
    undefined,
  );
}

export function worldNames(): string[] {
  return [...new Set([...WORLDS.values()].map(({ world }) => world.name))].sort();
}
