import type { RetryPolicy } from './retry';

export const AGENT_MODULES = ['HR', 'Finance', 'Inventory', 'Compliance', 'General'] as const;
export type AgentModule = (typeof AGENT_MODULES)[number];

export const AGENT_KINDS = ['llm', 'human', 'script'] as const;
export type AgentKind = (typeof AGENT_KINDS)[number];

/** `sync`: in one request; `background`: made by the provider on its own, and fetched instead of paid again after a crash. */
export const DELIVERIES_AT_ONCE = ['sync', 'background'] as const;
export type DeliveryAtOnce = (typeof DELIVERIES_AT_ONCE)[number];

/** `batch`: within a day, at half the price. */
export const DELIVERIES = [...DELIVERIES_AT_ONCE, 'batch'] as const;
export type Delivery = (typeof DELIVERIES)[number];

/** What follows when a batch ended before a call of it was processed: one request at the full price, or another batch. */
export const BATCH_ENDS = ['sync', 'requeue'] as const;
export type BatchEnd = (typeof BATCH_ENDS)[number];

/** Limits of one definition. 1,000 agents are about 130 KB. */
export const GRAPH_LIMITS = {
  agentsMax: 5_000,
  nameCharsMax: 128,
  toolsMax: 64,
  templateBytesMax: 64 * 1024,
  definitionBytesMax: 2 * 1024 * 1024,
} as const;

export interface LlmConfig {
  model: string;
  /** Asked in this order when the model cannot answer. */
  fallbackModels?: string[];
  temperature?: number;
  topP?: number;
  /** Upper bound of the answer, and so of the worst-case cost. */
  maxTokens: number;
  seed?: number;
  sample?: number;
  system?: string;
  /** `json` asks for a JSON object; a schema (JSON Schema) is sent to the provider and checked here. */
  responseFormat?: 'text' | 'json';
  responseSchema?: Record<string, unknown>;
}

/** Who has to agree, and to what. */
export interface Approval {
  /** `start`: before the agent does anything; `side-effects`: before each call of a tool that changes something outside. */
  for: 'start' | 'side-effects';
  /** Without it the run waits as long as it may last. */
  dueSeconds?: number;
  /** What silence means when the due time has passed. */
  onTimeout: 'reject' | 'approve';
}

/** A question to a person instead of a model. */
export interface HumanConfig {
  /** Shown to people; nothing is sent anywhere. */
  assignee?: string;
  /** JSON Schema that the answer must match; a text when absent. */
  answerSchema?: Record<string, unknown>;
  dueSeconds?: number;
  remindEverySeconds?: number;
  /** The answer when the due time has passed; without it the agent fails then. */
  fallback?: unknown;
}

/** One tool call with fixed arguments instead of a model. */
export interface ScriptConfig {
  tool: string;
  /** Texts in it, at any depth, are templates. */
  arguments: Record<string, unknown>;
}

/** One agent after defaults are filled in: every field has a value unless absence means something. */
interface AgentBase {
  name: string;
  module: AgentModule;
  description: string;
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
  approval?: Approval;
}

export interface LlmAgent extends AgentBase {
  kind: 'llm';
  /** How its calls reach the provider; `sync` when absent. */
  delivery?: Delivery;
  /** Of delivery `batch`; `sync` when absent. */
  whenBatchExpires?: BatchEnd;
  llmConfig: LlmConfig;
  promptTemplate: string;
  /** Names of the tools that its model may call; no other is ever executed. */
  tools: string[];
  /** How often the model may ask for tools before it has to answer. */
  maxToolRounds: number;
}

export interface HumanAgent extends AgentBase {
  kind: 'human';
  /** The question. */
  promptTemplate: string;
  human: HumanConfig;
}

export interface ScriptAgent extends AgentBase {
  kind: 'script';
  script: ScriptConfig;
}

export type Agent = LlmAgent | HumanAgent | ScriptAgent;

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
