import type { Json } from '../../kernel/canonical-json';
import type { CassetteMode } from '../../llm/cassette';
import type { MemorySettings } from '../memory/agent-memory';
import type { AgentBudget } from '../budget/budget-limits';
import type { FastForwardRule } from '../fast-forward';

/** What a workflow has to know of a simulation; texts (instructions, model configuration) stay in the book. */
export interface SimulationPlan {
  world: string;
  /** Pinned: behaviour of a run changes only where somebody asks for a later version, or by a fork. */
  worldVersion: number;
  seed: number;
  /** As the world reads it, with its agents cast. */
  scenario: Json;
  /** How many ticks the run has. */
  ticks: number;
  /** In the order in which they are listed; whom a world asks, it says itself. */
  agents: SimulatedAgent[];
  rules: FastForwardRule[];
  failures: FailurePolicy;
  /** How models' decisions use recordings; absent: they are paid, whether they are recorded or not. */
  cassette?: Exclude<CassetteMode, 'record'>;
}

export type SimulatedAgent = { id: string } & (
  | { kind: 'script'; bot: string }
  | ({ kind: 'llm'; timeoutSeconds: number } & Thinking)
  | { kind: 'human'; dueAfterTicks: number; waitSeconds: number | null }
  | { kind: OutsideKind; decideWithinSeconds: number }
);

/** What an agent with a model has besides. */
export interface Thinking {
  memory?: MemoryPlan;
  secondThoughts?: 'advisory' | 'blocking';
  budget?: AgentBudget;
}

/** Whoever decides outside this program: at a URL, as a named command, or as a registered runner. */
export type OutsideKind = 'http' | 'process' | 'runner';

/** How an agent remembers. The workflow carries what it learned by rules, a few dozen short texts; a model's words stay in the book. */
export type MemoryPlan = Partial<MemorySettings>;

/** How many failures of one agent in a row are too many, and what then. */
export interface FailurePolicy {
  inARow: number;
  then: 'end' | 'park';
}
