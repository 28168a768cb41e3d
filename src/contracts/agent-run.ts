import type { ProgressDelta } from '../domain/agents/progress-delta';
import type { RunPlan } from '../domain/agents/run-plan';
import type { AgentStatus, RunStatus } from '../domain/agents/run-state';

/** Names and types of the agent run that its starter, workflow, activities and tests share. */
export const AGENT_RUN = 'agentRun';
export const AGENT_RUN_KIND = 'agent-run';

export interface AgentRunInput {
  tenant: string;
  runId: string;
  /** Shown in the Web UI; the definition itself is loaded by graphId in the activities. */
  graphName: string;
  graphId: string;
  plan: RunPlan;
  taskQueuePrefix: string;
  /** Set by continue-as-new. */
  carried?: CarriedState;
  /** Test hook: continue as new after this many history events instead of the default. */
  continueAsNewAfterEvents?: number;
}

/** What one run of the workflow hands to the next: statuses only, never text. */
export interface CarriedState {
  startedAtMs: number;
  progressSeq: number;
  nodes: CarriedNode[];
}

/** Indexed like the plan's nodes. Reasons are in the read model already; the code is enough to go on. */
export interface CarriedNode {
  status: AgentStatus;
  reasonCode?: string;
  costMicroUsd: number;
}

export interface AgentRunResult {
  status: RunStatus;
  reasonCode?: string;
  reason?: string;
  completed: number;
  total: number;
  costMicroUsd: number;
}

/** Answer of the `agentRunState` query: for debugging and tests; people read the read model. */
export interface AgentRunStateView {
  status: RunStatus;
  nodes: { name: string; status: AgentStatus; reasonCode?: string }[];
  historyLength: number;
  progressSeq: number;
}

export const AGENT_RUN_STATE_QUERY = 'agentRunState';

// ── activities ───────────────────────────────────────────────────────────────

export interface CallAgentInput {
  tenant: string;
  runId: string;
  graphId: string;
  node: string;
  callIndex: number;
  /** Set on a re-ask after an answer that was not what was asked for: what was wrong with it. */
  feedback?: string;
}

/** At most a few hundred bytes: the text stays in the artifact. */
export type CallAgentResult =
  | { outcome: 'completed'; outputRef: string; costMicroUsd: number; model: string; tokens: number }
  /** Paid for, but not what was asked for. `askAgain`: another question may help (a refusal is not argued with). */
  | { outcome: 'bad-output'; detail: string; askAgain: boolean; costMicroUsd: number; tokens: number };

export interface LlmActivities {
  callAgent(input: CallAgentInput): Promise<CallAgentResult>;
}

export interface IoActivities {
  recordProgress(input: { tenant: string; runId: string; seq: number; delta: ProgressDelta }): Promise<void>;
}
