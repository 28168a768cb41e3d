import type { CarriedNode } from '../domain/agents/node-table';
import type { ProgressDelta } from '../domain/agents/progress-delta';
import type { RunPlan } from '../domain/agents/run-plan';
import type { AgentStatus, RunStatus } from '../domain/agents/run-state';
import type { PriorityClass } from '../domain/llm/fair-queue';

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
  /** Whose model calls go first when there are more than workers and permits; absent: interactive. */
  priorityClass?: PriorityClass;
  /** Set by continue-as-new. */
  carried?: CarriedState;
  /** Test hook: continue as new after this many history events instead of the default. */
  continueAsNewAfterEvents?: number;
}

/** What one run of the workflow hands to the next: statuses only, never text. */
export interface CarriedState {
  /** What is left of the run's timeout; a paused run's clock stands still. */
  clockLeftMs: number;
  progressSeq: number;
  /** In the order of the plan's nodes. */
  nodes: CarriedNode[];
  paused?: boolean;
  /** Nodes that wait for people, by index: the keys of their open tasks. They begin again when all are decided. */
  waiting?: [index: number, taskKeys: string[]][];
  /** Decisions that came and whose nodes have not begun again yet. */
  decisions?: [taskKey: string, decision: TaskDecision][];
  /** Priorities that people changed. */
  priorities?: [index: number, priority: number][];
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
  paused: boolean;
  nodes: { name: string; status: AgentStatus; reasonCode?: string }[];
  historyLength: number;
  progressSeq: number;
}

export const AGENT_RUN_STATE_QUERY = 'agentRunState';

// ── updates: each is checked before it is accepted, and repeating one changes nothing ─────────────────────────────

/** How a question or an approval ended. `expired`: the due time passed; the agent's own rule says what that means. */
export const TASK_DECISIONS = ['answered', 'approved', 'rejected', 'expired'] as const;
export type TaskDecision = (typeof TASK_DECISIONS)[number];

export const PAUSE_UPDATE = 'pause';
export const RESUME_UPDATE = 'resume';
export const SET_PRIORITY_UPDATE = 'setPriority';
/** A person decided; the row is written already, so the text stays there. */
export const DECIDE_TASK_UPDATE = 'decideTask';

export interface SetPriorityInput {
  node: string;
  priority: number;
}

export interface DecideTaskInput {
  taskKey: string;
  decision: TaskDecision;
}

/** Calls have ended in their batch: their answers are stored, or it is stored why there are none. Saying it twice is saying it once. */
export const ITEMS_ENDED_SIGNAL = 'itemsEnded';

export interface EndedItem {
  /** `{node}/{callIndex}/batch/{n}`, of attempt n. */
  taskKey: string;
  costMicroUsd: number;
}

/** The `type` of the failure with which an update is refused. */
export const UPDATE_REFUSED = 'WrongState';
/** Not because of where the run stands: what it was told fits no run of its definition. */
export const UPDATE_UNFIT = 'InvalidRequest';

// ── activities ───────────────────────────────────────────────────────────────

/** One node of one run, as every activity needs it. */
export interface NodeInput {
  tenant: string;
  runId: string;
  graphId: string;
  node: string;
  /** The run whose name its calls carry; absent: this run. */
  originRunId?: string;
}

/** What came after each earlier call of the node, in order; the texts are read from where they are stored. */
export type Turn =
  /** The model asked for this many tools; their results are stored. */
  | { kind: 'tools'; count: number }
  /** The answer was not what was asked for: what was wrong with it. */
  | { kind: 'feedback'; detail: string };

export interface CallAgentInput extends NodeInput {
  /** 0, 1, 2 …: the number of turns before it. */
  callIndex: number;
  turns: Turn[];
}

/** A tool that an answer asks for. Its name and arguments are the model's text, and stay in the artifact. */
export interface RequestedTool {
  /** Position in the answer. */
  index: number;
  needsApproval: boolean;
}

/** At most a few hundred bytes: the text stays in the artifact. */
export type CallAgentResult =
  | { outcome: 'completed'; outputRef: string; costMicroUsd: number; model: string; tokens: number }
  /** Paid for, but not what was asked for. `askAgain`: another question may help (a refusal is not argued with). */
  | { outcome: 'bad-output'; detail: string; askAgain: boolean; costMicroUsd: number; tokens: number }
  | { outcome: 'tool-calls'; tools: RequestedTool[]; costMicroUsd: number; tokens: number }
  /** It waits for its batch; the run is told its end under this key, and asks again. */
  | { outcome: 'queued'; taskKey: string };

/** One tool that the answer of call `callIndex` asks for. */
export interface CallToolInput extends NodeInput {
  callIndex: number;
  toolIndex: number;
  /** The person's decision, where one was asked. */
  decision?: TaskDecision;
}

/** The result itself is stored under the call's key; a failed tool is a result too. */
export interface CallToolResult {
  ok: boolean;
  resultRef: string;
}

/** What a person is asked about. Its key is unique in the run and the same when the node begins again. */
export type TaskSubject =
  { for: 'question' } | { for: 'start' } | { for: 'tool'; callIndex: number; toolIndex: number };

export interface TaskState {
  taskKey: string;
  /** `open`, or how it ended. */
  state: 'open' | TaskDecision;
}

/** How a node without a model ended. */
export interface NodeCompletion {
  outputRef: string;
}

export interface LlmActivities {
  callAgent(input: CallAgentInput): Promise<CallAgentResult>;
}

export interface IoActivities {
  recordProgress(input: { tenant: string; runId: string; seq: number; delta: ProgressDelta }): Promise<void>;
  callTool(input: CallToolInput): Promise<CallToolResult>;
  /** Runs the tool of a script agent and makes its result the node's output. */
  runScript(input: NodeInput): Promise<NodeCompletion>;
  /** Makes the question or approval visible to people. Idempotent by its key: asked again it says how it stands. */
  openTask(input: NodeInput & { subject: TaskSubject }): Promise<TaskState>;
  /** Makes the person's answer (or the fallback, when the due time has passed) the node's output. */
  completeFromAnswer(input: NodeInput): Promise<NodeCompletion>;
}

/** Executed beside the workflow, without a task of the server's own; results are rows under the node's key. */
export interface FastActivities extends Pick<IoActivities, 'runScript'> {
  /** One call of one agent, answered by the run's cassette. */
  playCall(input: CallAgentInput): Promise<PlayCallResult>;
}

/** `miss`: the cassette has no answer; whether that is an error the run's mode says. */
export type PlayCallResult = CallAgentResult | { outcome: 'miss'; detail: string };

/** `{node}/question`, `{node}/start`, `{node}/{callIndex}/tool/{toolIndex}` */
export function taskKeyOf(node: string, subject: TaskSubject): string {
  return subject.for === 'tool' ? `${node}/${toolPart(subject)}` : `${node}/${subject.for}`;
}

/** The number of the attempt follows. */
export function batchKeyPrefixOf({ node, callIndex }: CallAgentInput): string {
  return `${node}/${callIndex}/batch/`;
}

/** `{callKey}/tool/{toolIndex}`: one execution of one tool. */
export function toolKeyOf(callKey: string, toolIndex: number): string {
  return `${callKey}/tool/${toolIndex}`;
}

function toolPart({ callIndex, toolIndex }: { callIndex: number; toolIndex: number }): string {
  return `${callIndex}/tool/${toolIndex}`;
}
