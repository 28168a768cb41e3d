import type { DeliveryAtOnce, LlmConfig } from '../../agents/agent-graph';
import type { RetryPolicy } from '../../agents/retry';
import type { CompetitionAwareness } from '../mind/briefing';
import type { MemoryPlan, SimulatedAgent } from './simulation-plan';

/** An agent of a simulation as the book has it. */
export type AgentDefinition = { id: string } & (
  { kind: 'script'; bot: string } | LlmAgentParts | { kind: 'human'; dueAfterTicks: number; waitSeconds: number | null }
);

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
}

export type LlmAgentDefinition = { id: string } & LlmAgentParts;

/** What of an agent the workflow has to know. */
export function plannedAgent(agent: AgentDefinition): SimulatedAgent {
  const { id, kind } = agent;
  switch (kind) {
    case 'script':
      return { id, kind, bot: agent.bot };
    case 'llm':
      return { id, kind, timeoutSeconds: agent.timeoutSeconds, ...thinking(agent) };
    case 'human':
      return { id, kind, dueAfterTicks: agent.dueAfterTicks, waitSeconds: agent.waitSeconds };
  }
}

function thinking({ memory, secondThoughts }: LlmAgentParts) {
  return {
    ...(memory === undefined ? {} : { memory }),
    ...(secondThoughts === undefined || secondThoughts === 'off' ? {} : { secondThoughts }),
  };
}
