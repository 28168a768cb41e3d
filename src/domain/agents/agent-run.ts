import { assert } from '../kernel/assert';
import type { PlanNode, RunPlan } from './run-plan';
import type { AgentStatus, RunStatus } from './run-state';
import { Scheduler } from './scheduler';

/**
 * The life of one agent run, pure: inputs are "this node completed, failed, was cancelled", outputs are "start these
 * nodes", "stop what runs", "the run is over, with this result". The workflow around it only moves promises.
 *
 *   open      nodes start as they become ready and a slot is free
 *   draining  nothing starts, what runs finishes; then the run continues as new (see `drain`)
 *   ending    decided: nothing starts any more. `stopsRunning` says whether what runs is cancelled or may finish
 *   over      nothing runs, and nothing can start
 *
 * Failure rules, after each failure, in this order (the seed's):
 *   1. partial completion not allowed ⇒ the run fails
 *   2. the failed agent has priority ≥ 8 ⇒ the run fails
 *   3. more than half of all agents failed ⇒ the run fails
 *   4. otherwise it goes on; all dependents of the failed agent are cancelled with `dependency_failed`
 * An exhausted run budget is different: nothing more starts, what runs may finish, completed work is kept.
 */
export interface NodeState {
  status: AgentStatus;
  reasonCode?: string;
  reason?: string;
  costMicroUsd: number;
}

export interface NodeFailure {
  status: 'failed' | 'rate_limited' | 'budget_exceeded';
  reasonCode: string;
  reason: string;
  /** The budget that refused is the run's or one above it: no other node can start either. */
  endsStarting?: boolean;
}

export interface RunEnding {
  status: RunStatus;
  reasonCode?: string;
  reason?: string;
  stopsRunning: boolean;
}

export interface RunChange {
  name: string;
  status: AgentStatus;
  reasonCode?: string;
  reason?: string;
}

export const CRITICAL_PRIORITY = 8;
const FAILED_SHARE_MAX = 0.5;

export class AgentRun {
  readonly nodes: NodeState[];
  private readonly scheduler: Scheduler;
  private running = 0;
  private draining = false;
  private decided: RunEnding | undefined;
  private changes: RunChange[] = [];

  constructor(
    private readonly plan: RunPlan,
    carried?: readonly NodeState[],
  ) {
    this.nodes = carried
      ? carried.map((node) => ({ ...node }))
      : plan.nodes.map(() => ({ status: 'pending', costMicroUsd: 0 }));
    assert(
      this.nodes.length === plan.nodes.length,
      `AgentRun: ${this.nodes.length} carried nodes for a plan of ${plan.nodes.length}`,
    );
    assert(
      this.nodes.every((node) => node.status !== 'running'),
      'AgentRun: a drained run carries no running node',
    );
    this.scheduler = new Scheduler(plan.nodes, (index) => this.nodes[index]!.status !== 'pending');
  }

  /** Takes the nodes that start now; they count as running from here on. */
  start(): number[] {
    const started: number[] = [];
    while (!this.decided && !this.draining && this.running < this.plan.maxParallelAgents) {
      const index = this.takePending();
      if (index === undefined) break;
      this.nodes[index]!.status = 'running';
      this.running += 1;
      started.push(index);
    }
    return started;
  }

  complete(index: number, costMicroUsd: number): void {
    this.leave(index, { status: 'completed', costMicroUsd });
    this.scheduler.complete(index);
  }

  /** `costMicroUsd`: what its calls cost although nothing usable came of them. */
  fail(index: number, failure: NodeFailure, costMicroUsd = 0): void {
    const { status, reasonCode, reason } = failure;
    this.leave(index, { status, reasonCode, reason, costMicroUsd });
    this.note(index);
    this.cancelPending(
      this.scheduler.unreachableAfter(index),
      'dependency_failed',
      `Agent "${this.node(index).name}" ended as ${status}.`,
    );
    this.decided ??= this.endingAfter(index, failure);
  }

  /** A running node stopped because it was told to. */
  cancelled(index: number): void {
    const why = this.decided ?? { reasonCode: 'cancelled', reason: 'The run was cancelled.' };
    this.leave(index, { status: 'cancelled', reasonCode: why.reasonCode, reason: why.reason, costMicroUsd: 0 });
    this.note(index);
  }

  /** Decides the run from outside: cancelled by a person, or its time is over. The first decision stays. */
  end(ending: RunEnding): void {
    this.decided ??= ending;
  }

  drain(): void {
    this.draining = true;
  }

  get ending(): RunEnding | undefined {
    return this.decided;
  }

  get runningCount(): number {
    return this.running;
  }

  get isOver(): boolean {
    return this.running === 0 && (this.decided !== undefined || this.scheduler.readyCount === 0);
  }

  get isDrained(): boolean {
    return this.draining && this.running === 0;
  }

  /** Closes what never started and says how the run ended. Call once, when it is over. */
  finish(): RunEnding {
    assert(this.isOver, `AgentRun: finished while ${this.running} nodes run`);
    const ending = this.decided ?? this.naturalEnding();
    const rest = this.nodes.flatMap((node, index) => (node.status === 'pending' ? [index] : []));
    this.cancelPending(
      rest,
      ending.reasonCode ?? 'run_ended',
      ending.reason ?? 'The run ended before this agent could start.',
    );
    return ending;
  }

  count(status: AgentStatus): number {
    return this.nodes.reduce((sum, node) => sum + (node.status === status ? 1 : 0), 0);
  }

  get costMicroUsd(): number {
    return this.nodes.reduce((sum, node) => sum + node.costMicroUsd, 0);
  }

  /** What changed since the last call and nobody but this state machine knows (completions are recorded with their payment). */
  takeChanges(): RunChange[] {
    const taken = this.changes;
    this.changes = [];
    return taken;
  }

  get hasChanges(): boolean {
    return this.changes.length > 0;
  }

  /** A node cancelled while it was ready stays in the queue; it is skipped here. */
  private takePending(): number | undefined {
    for (let index = this.scheduler.take(); index !== undefined; index = this.scheduler.take()) {
      if (this.nodes[index]!.status === 'pending') return index;
    }
    return undefined;
  }

  private leave(index: number, state: NodeState): void {
    assert(
      this.nodes[index]?.status === 'running',
      `AgentRun: node ${index} is ${this.nodes[index]?.status}, not running`,
    );
    this.nodes[index] = state;
    this.running -= 1;
  }

  private cancelPending(indices: number[], reasonCode: string, reason: string): void {
    for (const index of indices) {
      if (this.nodes[index]!.status !== 'pending') continue;
      this.nodes[index] = { status: 'cancelled', reasonCode, reason, costMicroUsd: 0 };
      this.note(index);
    }
  }

  private note(index: number): void {
    const { status, reasonCode, reason } = this.nodes[index]!;
    this.changes.push({ name: this.node(index).name, status, reasonCode, reason });
  }

  private node(index: number): PlanNode {
    return this.plan.nodes[index]!;
  }

  private endingAfter(index: number, failure: NodeFailure): RunEnding | undefined {
    const { name, priority } = this.node(index);
    if (failure.endsStarting) {
      return {
        status: 'failed',
        reasonCode: 'workflow_budget_exceeded',
        reason: `Workflow budget exceeded: ${failure.reason}`,
        stopsRunning: false,
      };
    }
    const failed = this.count('failed') + this.count('budget_exceeded') + this.count('rate_limited');
    if (!this.plan.allowPartialCompletion) {
      return failing('agent_failed', `Agent "${name}" failed and partial completion is not allowed. ${failure.reason}`);
    }
    if (priority >= CRITICAL_PRIORITY) {
      return failing(
        'critical_agent_failed',
        `Agent "${name}" of priority ${priority} (critical from ${CRITICAL_PRIORITY}) failed. ${failure.reason}`,
      );
    }
    if (failed / this.nodes.length > FAILED_SHARE_MAX) {
      return failing(
        'too_many_failures',
        `${failed} of ${this.nodes.length} agents failed, more than half. Last: ${failure.reason}`,
      );
    }
    return undefined;
  }

  private naturalEnding(): RunEnding {
    const completed = this.count('completed');
    if (completed === this.nodes.length) return { status: 'completed', stopsRunning: false };
    if (completed === 0)
      return { status: 'failed', reasonCode: 'nothing_completed', reason: 'No agent completed.', stopsRunning: false };
    return {
      status: 'partially_completed',
      reasonCode: 'agents_not_completed',
      reason: `${this.nodes.length - completed} of ${this.nodes.length} agents did not complete.`,
      stopsRunning: false,
    };
  }
}

function failing(reasonCode: string, reason: string): RunEnding {
  return { status: 'failed', reasonCode, reason, stopsRunning: true };
}
