import type { RunStatus } from '../domain/agents/run-state';
import { Agent, type AgentStatus } from './agent';

/** The states of a workflow, under the names of the orchestration engine. */
export const WorkflowStatus = {
  PENDING: 'pending',
  RUNNING: 'running',
  COMPLETED: 'completed',
  PARTIALLY_COMPLETED: 'partially_completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const satisfies Record<string, RunStatus>;
export type WorkflowStatus = RunStatus;

export interface WorkflowOptions {
  name: string;
  description?: string;
  agents: Agent[];
  maxParallelAgents?: number;
  /** US dollars. */
  costBudget?: number;
  /** Seconds. */
  timeout?: number;
  allowPartialCompletion?: boolean;
  inputs?: Record<string, unknown>;
}

export interface WorkflowStatistics {
  /** The run, once there is one. */
  runId: string | null;
  name: string;
  status: WorkflowStatus;
  totalAgents: number;
  completed: number;
  failed: number;
  running: number;
  pending: number;
  cancelled: number;
  rateLimited: number;
  budgetExceeded: number;
  totalCost: number;
  totalTokens: number;
  costBudget: number;
  budgetRemaining: number;
  startedAt: Date | null;
  completedAt: Date | null;
}

/** Agents with their dependencies and limits: a graph, and after an execution its run. */
export class Workflow {
  readonly name: string;
  readonly agents: readonly Agent[];
  readonly costBudget: number;
  readonly allowPartialCompletion: boolean;
  status: WorkflowStatus = WorkflowStatus.PENDING;
  /** Why it ended as it did, when it did not complete. */
  reason: string | null = null;
  runId: string | null = null;
  totalCost = 0;
  totalTokens = 0;
  startedAt: Date | null = null;
  completedAt: Date | null = null;

  constructor(readonly options: WorkflowOptions) {
    this.name = options.name;
    this.agents = options.agents;
    this.costBudget = options.costBudget ?? 100;
    this.allowPartialCompletion = options.allowPartialCompletion ?? true;
  }

  getAgentByName(name: string): Agent | undefined {
    return this.agents.find((agent) => agent.name === name);
  }

  /** Pending agents whose dependencies have completed, the most urgent first. */
  getReadyAgents(): Agent[] {
    const completed = new Set(this.agents.filter(({ status }) => status === 'completed').map(({ name }) => name));
    const ready = this.agents.filter((agent) => agent.status === 'pending' && agent.canExecute(completed));
    return ready.sort((a, b) => b.priority - a.priority);
  }

  getStatistics(): WorkflowStatistics {
    const count = (status: AgentStatus) => this.agents.filter((agent) => agent.status === status).length;
    const { runId, name, status, totalCost, totalTokens, costBudget, startedAt, completedAt } = this;
    return {
      ...{ runId, name, status, totalAgents: this.agents.length },
      ...{ completed: count('completed'), failed: count('failed'), running: count('running') },
      ...{ pending: count('pending'), cancelled: count('cancelled') },
      ...{ rateLimited: count('rate_limited'), budgetExceeded: count('budget_exceeded') },
      ...{ totalCost, totalTokens, costBudget, budgetRemaining: costBudget - totalCost, startedAt, completedAt },
    };
  }

  /** As the API takes it. */
  toDict(): Record<string, unknown> & { agents: Record<string, unknown>[] } {
    const { costBudget, timeout, agents, ...same } = this.options;
    return {
      ...same,
      ...(costBudget === undefined ? {} : { costBudgetUsd: costBudget }),
      ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
      agents: agents.map((agent) => agent.toDict()),
    };
  }

  /** The same definition without results: one registered workflow may be executed several times at once. */
  copy(): Workflow {
    return new Workflow({ ...this.options, agents: this.agents.map(({ options }) => new Agent(options)) });
  }
}
