import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import {
  type AgentRunInput,
  type IoActivities,
  type LlmActivities,
  type NodeInput,
  type TaskDecision,
  taskKeyOf,
  type TaskSubject,
} from '../../contracts/agent-run';
import { turnOf } from '../../contracts/activity-turn';
import { taskQueue } from '../../contracts/task-queues';
import type { AgentRun } from '../../domain/agents/agent-run';
import { type Lane, laneOf, originRunIdOf, timeoutSecondsOf, type PlanNode } from '../../domain/agents/run-plan';

/** The longest wait for limiter or budget inside one activity attempt; a longer one frees the slot (nextRetryDelay). */
const INNER_WAIT_SECONDS = 10;
const MARGIN_SECONDS = 15;

/**
 * Paid calls: an event-loop block of 1.1 s restarted everything in flight at a heartbeat timeout of 1 s, nothing at 3 s.
 * Attempts are unlimited because waits by nextRetryDelay count as attempts; the activity itself ends with a
 * non-retryable failure when the agent's own retries are used up, and the run's timer bounds everything.
 */
const HEARTBEAT_TIMEOUT = '3 seconds';
const RETRY = { initialInterval: 1, backoffCoefficient: 4, maximumInterval: '10 seconds' } as const;

/** Unlimited, because the book of record may be away for a while; a tool that breaks off again and again is given up by the activity. */
const TOOL_RETRY = { initialInterval: 100, backoffCoefficient: 3, maximumInterval: '10 seconds' } as const;

/** What the nodes of one run share: where their activities are, and what people have decided. */
export class NodeContext {
  constructor(
    private readonly input: AgentRunInput,
    readonly run: AgentRun,
    /** Decisions that came, by task key. */
    readonly decisions: Map<string, TaskDecision>,
  ) {}

  lane(index: number): Lane {
    return laneOf(this.input.plan, this.node(index));
  }

  node(index: number): PlanNode {
    return this.input.plan.nodes[index]!;
  }

  inputOf(index: number): NodeInput {
    const { tenant, runId, graphId } = this.input;
    const { name } = this.node(index);
    const originRunId = originRunIdOf(this.input.plan, index);
    return { tenant, runId, graphId, node: name, ...(originRunId === undefined ? {} : { originRunId }) };
  }

  llm(index: number, summary: string): LlmActivities {
    return proxyActivities<LlmActivities>({
      taskQueue: taskQueue('llm', this.input.taskQueuePrefix),
      startToCloseTimeout: (timeoutSecondsOf(this.node(index)) + INNER_WAIT_SECONDS + MARGIN_SECONDS) * 1000,
      heartbeatTimeout: HEARTBEAT_TIMEOUT,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      retry: RETRY,
      // Not compared by replay: histories from before it still replay.
      priority: turnOf(this.input.priorityClass ?? 'interactive', this.input.tenant),
      summary,
    });
  }

  /** Steps of the io role that are short and may be repeated. */
  io(summary: string): IoActivities {
    return proxyActivities<IoActivities>({
      taskQueue: taskQueue('io', this.input.taskQueuePrefix),
      startToCloseTimeout: '30 seconds',
      retry: { initialInterval: 100, maximumInterval: '10 seconds' },
      summary,
    });
  }

  /** Tools run as long as the agent may take, and are told when nobody wants their result any more. */
  tools(index: number, summary: string): IoActivities {
    return proxyActivities<IoActivities>({
      taskQueue: taskQueue('io', this.input.taskQueuePrefix),
      startToCloseTimeout: (timeoutSecondsOf(this.node(index)) + MARGIN_SECONDS) * 1000,
      heartbeatTimeout: HEARTBEAT_TIMEOUT,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      retry: TOOL_RETRY,
      summary,
    });
  }

  /** What a person decided, or `open`; asks them when nobody was asked yet. */
  async decisionOn(index: number, subject: TaskSubject): Promise<TaskDecision | 'open'> {
    const { name } = this.node(index);
    const taskKey = taskKeyOf(name, subject);
    const known = this.decisions.get(taskKey);
    if (known !== undefined) return known;
    const { state } = await this.io(`${name} · asks a person`).openTask({ ...this.inputOf(index), subject });
    // The decision may have come while the question was still being written.
    return this.decisions.get(taskKey) ?? state;
  }
}
