import type { Json } from '../../kernel/canonical-json';
import type { PromptParts } from '../world';

/** What an agent outside this program is asked: everything it needs, so that it need not remember anything. */
export interface AgentQuestion {
  /** The same for every try of one question: who was asked before can give the answer it gave then. */
  requestKey: string;
  runId: string;
  agentId: string;
  /** How many ticks are done. */
  tick: number;
  /** Of the tick: an agent may be asked several times in one. */
  round: number;
  world: string;
  worldVersion: number;
  view: Json;
  /** The same as text, for an agent with a model of its own. */
  prompt: PromptParts;
  hints: readonly string[];
}

export interface AgentAnswer {
  /** As it came; the world reads it. */
  decision: Json;
  /** Numbers that the agent wants to be seen beside the product's own. */
  metrics: Readonly<Record<string, number>>;
}

/** `again`: asking once more may help. */
export type AgentOutcome = AgentAnswer | { problem: string; again: boolean };

/** Somebody who decides: asks nobody twice, and never throws. */
export interface OutsideAgent {
  ask(question: AgentQuestion, signal: AbortSignal): Promise<AgentOutcome>;
}
