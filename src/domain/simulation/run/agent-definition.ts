import type { DeliveryAtOnce, LlmConfig } from '../../agents/agent-graph';
import type { RetryPolicy } from '../../agents/retry';
import { usdToMicro } from '../../kernel/money';
import type { AgentBudget, UsageLimits, WindowLimits } from '../budget/budget-limits';
import type { CompetitionAwareness } from '../mind/briefing';
import type { Capabilities } from '../runners/capabilities';
import { decideWithinSeconds } from '../runners/tries';
import type { MemoryPlan, SimulatedAgent, Thinking } from './simulation-plan';

/** An agent of a simulation as the book has it. */
export type AgentDefinition = { id: string } & (
  | { kind: 'script'; bot: string }
  | LlmAgentParts
  | { kind: 'human'; dueAfterTicks: number; waitSeconds: number | null }
  | OutsideAgentParts
);

/** `runner` is pinned when the run starts, whatever was wanted: the record says who decided. */
export type OutsideAgentParts = { timeoutSeconds: number; maxRetries: number } & (
  | { kind: 'http'; url: string; credential?: string }
  | { kind: 'process'; command: string }
  | { kind: 'runner'; runner: string; capabilities?: Capabilities }
);

export type OutsideAgentDefinition = { id: string } & OutsideAgentParts;

export interface LlmAgentParts {
  kind: 'llm';
  /** Said to the model after the world's own rules. */
  instructions: string;
  llmConfig: LlmConfig;
  /** Its tick waits for it. */
  delivery: DeliveryAtOnce;
  timeoutSeconds: number;
  maxRetries: number;
  retryPolicy: RetryPolicy;
  costLimitUsd: number;
  memory?: MemoryPlan;
  secondThoughts?: 'off' | 'advisory' | 'blocking';
  competitionAwareness?: CompetitionAwareness;
  budget?: BudgetDefinition;
}

/** Limits as people write them, in dollars. */
export interface BudgetDefinition {
  tick: UsageDefinition;
  run: UsageDefinition;
  tools: Record<string, { tick?: UsageDefinition; run?: UsageDefinition }>;
  warnAt: number;
  softOverage: boolean;
  then: AgentBudget['then'];
}

export interface UsageDefinition {
  calls?: number;
  tokens?: number;
  costUsd?: number;
}

export type LlmAgentDefinition = { id: string } & LlmAgentParts;

/** What of an agent the workflow has to know. */
export function plannedAgent(agent: AgentDefinition, seed: number): SimulatedAgent {
  const { id, kind } = agent;
  switch (kind) {
    case 'script':
      return { id, kind, bot: agent.bot };
    case 'llm':
      return { id, kind, timeoutSeconds: agent.timeoutSeconds, ...thinking(agent, seed) };
    case 'human':
      return { id, kind, dueAfterTicks: agent.dueAfterTicks, waitSeconds: agent.waitSeconds };
    case 'http':
    case 'process':
    case 'runner':
      return { id, kind, decideWithinSeconds: decideWithinSeconds(agent) };
  }
}

function thinking({ memory, secondThoughts, budget }: LlmAgentParts, seed: number): Thinking {
  return {
    ...(memory === undefined ? {} : { memory: { ...memory, seed } }),
    ...(secondThoughts === undefined || secondThoughts === 'off' ? {} : { secondThoughts }),
    ...(budget === undefined ? {} : { budget: agentBudgetOf(budget) }),
  };
}

/** Limits as the workflow counts them. */
export function agentBudgetOf({ tick, run, tools, warnAt, softOverage, then }: BudgetDefinition): AgentBudget {
  const ofTools = Object.entries(tools).map(([tool, windows]) => [tool, windowsOf(windows)]);
  const limits = { overall: windowsOf({ tick, run }), tools: Object.fromEntries(ofTools), warnAt, softOverage };
  return { limits, then };
}

function windowsOf({ tick, run }: { tick?: UsageDefinition; run?: UsageDefinition }): WindowLimits {
  return {
    ...(tick === undefined ? {} : { tick: usageOf(tick) }),
    ...(run === undefined ? {} : { run: usageOf(run) }),
  };
}

function usageOf({ costUsd, ...counted }: UsageDefinition): UsageLimits {
  return { ...counted, ...(costUsd === undefined ? {} : { costMicroUsd: usdToMicro(costUsd) }) };
}
