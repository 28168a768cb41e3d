import type { AgentModule, LlmConfig } from '../domain/agents/agent-graph';
import type { AgentStatus as AgentStatusName } from '../domain/agents/run-state';
import { assert } from '../domain/kernel/assert';
import type { RetryPolicy } from './retry-policy';

/** The states of an agent, under the names of the orchestration engine. */
export const AgentStatus = {
  PENDING: 'pending',
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  RATE_LIMITED: 'rate_limited',
  BUDGET_EXCEEDED: 'budget_exceeded',
} as const satisfies Record<string, AgentStatusName>;
export type AgentStatus = AgentStatusName;

export interface AgentOptions {
  name: string;
  module?: AgentModule;
  description?: string;
  llmConfig: Partial<LlmConfig> & { model: string };
  promptTemplate: string;
  templateSyntax?: 'jinja' | 'braces';
  tools?: string[];
  dependencies?: string[];
  maxRetries?: number;
  /** Seconds per attempt. */
  timeout?: number;
  /** US dollars. */
  costLimit?: number;
  priority?: number;
  retryPolicy?: RetryPolicy;
  /** The program's own; it stays here. */
  metadata?: Record<string, unknown>;
}

const RETRIABLE: readonly AgentStatus[] = ['failed', 'rate_limited'];

/** What one execution of an agent brought. */
export class AgentResult {
  readonly agentId: string;
  readonly status: AgentStatus;
  /** content, json when it was asked for, toolCalls */
  readonly output: Record<string, unknown> | null;
  readonly error: string | null;
  readonly tokensUsed: number;
  /** US dollars. */
  readonly cost: number;
  /** Seconds from its start to its end, waits between attempts included. */
  readonly executionTime: number;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  readonly retryCount: number;
  readonly metadata: Record<string, unknown>;

  constructor(
    result: Pick<AgentResult, 'agentId' | 'status'> & Partial<Omit<AgentResult, 'isSuccess' | 'isRetriable'>>,
  ) {
    this.agentId = result.agentId;
    this.status = result.status;
    this.output = result.output ?? null;
    this.error = result.error ?? null;
    this.tokensUsed = result.tokensUsed ?? 0;
    this.cost = result.cost ?? 0;
    this.executionTime = result.executionTime ?? 0;
    this.startedAt = result.startedAt ?? null;
    this.completedAt = result.completedAt ?? null;
    this.retryCount = result.retryCount ?? 0;
    this.metadata = result.metadata ?? {};
  }

  isSuccess(): boolean {
    return this.status === AgentStatus.COMPLETED;
  }

  /** A cancelled agent was told to stop, and one over its budget would be over it again. */
  isRetriable(): boolean {
    return RETRIABLE.includes(this.status);
  }
}

/** One participant: what it is told, what it may cost, and, after a run, what came of it. */
export class Agent {
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly priority: number;
  readonly maxRetries: number | undefined;
  readonly metadata: Record<string, unknown>;
  status: AgentStatus = AgentStatus.PENDING;
  result: AgentResult | null = null;

  constructor(readonly options: AgentOptions) {
    assert(options.name !== '', 'Agent: a name is needed');
    this.name = options.name;
    this.dependencies = options.dependencies ?? [];
    this.priority = options.priority ?? 5;
    this.maxRetries = options.maxRetries;
    this.metadata = options.metadata ?? {};
  }

  /** Back to pending, for another execution. */
  reset(): void {
    this.status = AgentStatus.PENDING;
    this.result = null;
  }

  canExecute(completedAgents: ReadonlySet<string>): boolean {
    return this.dependencies.every((name) => completedAgents.has(name));
  }

  /** As the API takes it; what is left out has the installation's defaults. */
  toDict(): Record<string, unknown> {
    const { timeout, costLimit, retryPolicy, metadata: _own, ...same } = this.options;
    return {
      ...same,
      ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
      ...(costLimit === undefined ? {} : { costLimitUsd: costLimit }),
      ...(retryPolicy === undefined ? {} : { retryPolicy: retryPolicy.toDict() }),
    };
  }
}
