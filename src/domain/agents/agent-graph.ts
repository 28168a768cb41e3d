import type { RetryPolicy } from './retry';

export const AGENT_MODULES = ['HR', 'Finance', 'Inventory', 'Compliance', 'General'] as const;
export type AgentModule = (typeof AGENT_MODULES)[number];

/** Limits of one definition. 1,000 agents are about 130 KB; five thousand come with the next engine work. */
export const GRAPH_LIMITS = {
  agentsMax: 1_000,
  nameCharsMax: 128,
  templateBytesMax: 64 * 1024,
  definitionBytesMax: 2 * 1024 * 1024,
} as const;

export interface LlmConfig {
  model: string;
  temperature?: number;
  topP?: number;
  /** Upper bound of the answer, and so of the worst-case cost. */
  maxTokens: number;
  seed?: number;
  system?: string;
  /** `json` asks for a JSON object; a schema (JSON Schema) is sent to the provider and checked here. */
  responseFormat?: 'text' | 'json';
  responseSchema?: Record<string, unknown>;
}

/** One agent after defaults are filled in: every field has a value unless absence means something. */
export interface Agent {
  name: string;
  kind: 'llm';
  module: AgentModule;
  description: string;
  llmConfig: LlmConfig;
  promptTemplate: string;
  templateSyntax: 'jinja' | 'braces';
  dependencies: string[];
  maxRetries: number;
  retryPolicy: RetryPolicy;
  timeoutSeconds: number;
  /** Bounds waiting for limiter or budget; the run's timeout when absent. */
  queueTimeoutSeconds?: number;
  costLimitUsd: number;
  priority: number;
  expectedSeconds: number;
}

/** A declared DAG of agents: the "workflow" of the orchestration seed. */
export interface AgentGraph {
  name: string;
  description: string;
  agents: Agent[];
  maxParallelAgents: number;
  costBudgetUsd: number;
  timeoutSeconds: number;
  allowPartialCompletion: boolean;
  inputs: Record<string, unknown>;
}
