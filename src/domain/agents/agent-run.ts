import { assert } from '../kernel/assert';
import { type CarriedNode, NodeTable, type NodeState } from './node-table';
import { endingAfterFailure, endingOf, type NodeFailure, type RunEnding } from './run-ending';
import type { PlanNode, RunPlan } from './run-plan';
import type { AgentStatus } from './run-state';
import { Scheduler } from './scheduler';

export interface RunChange {
  name: string;
  status: AgentStatus;
  reasonCode?: string;
  reason?: string;
}

/** What an earlier workflow run hands over. */
export interface CarriedRun {
  nodes: readonly CarriedNode[];
  paused?: boolean;
  waiting?: readonly [index: number, taskKeys: readonly string[]][];
  priorities?: readonly [index: number, priority: number][];
}

/**
 * The life of one agent run, pure: inputs are "this node completed, failed, was cancelled", outputs are "start these
 * nodes", "stop what runs", "the run is over, with this result". The workflow around it only moves promises.
 *
 *   open      nodes start as they become ready and a slot is free
 *   paused    nothing starts until it is resumed; what runs goes on to the end of its step
 *   draining  nothing starts, what runs finishes; then the run continues as new (see `drain`)
 *   ending    decided: nothing starts any more. `stopsRunning` says whether what runs is cancelled or may finish
 *   over      nothing runs, and nothing can start
 *
 * Whether a failure ends the run is decided in `run-ending`. Where it does not, all dependents of the failed agent are
 * cancelled with `dependency_failed`.
 *
 * A node that waits for a person holds no slot. It begins again when everybody has decided: all that it did before is
 * stored, so beginning again costs nothing and is the same after continue-as-new.
 */
export class AgentRun {
  private readonly table: NodeTable;
  private readonly scheduler: Scheduler;
  private running = 0;
  private draining = false;
  private paused: boolean;
  /** What each waiting node still waits for. */
  private readonly waiting: Map<number, Set<string>>;
  private readonly changedPriorities: Map<number, number>;
  private decided: RunEnding | undefined;
  private changes: RunChange[] = [];

  constructor(
    private readonly plan: RunPlan,
    carried?: CarriedRun,
  ) {
    this.table = carried
      ? NodeTable.of(carried.nodes)
      : new NodeTable(plan.nodes.map(({ reused }) => ({ status: reused ? 'completed' : 'pending' })));
    assert(
      this.nodes.length === plan.nodes.length,
      `AgentRun: ${this.nodes.length} carried nodes for a plan of ${plan.nodes.length}`,
    );
    assert(this.count('running') === 0, 'AgentRun: a drained run carries no running node');
    this.paused = carried?.paused ?? false;
    this.waiting = new Map((carried?.waiting ?? []).map(([index, keys]) => [index, new Set(keys)]));
    this.scheduler = new Scheduler(
      plan.nodes,
      (index) => this.table.statusOf(index) !== 'pending',
      (index) => this.waiting.has(index),
    );
    this.changedPriorities = new Map(carried?.priorities);
    for (const [index, priority] of this.changedPriorities) this.scheduler.setPriority(index, priority);
    for (const index of this.waiting.keys()) this.table.set(index, { status: 'running' });
  }

  get nodes(): readonly Readonly<NodeState>[] {
    return this.table.all;
  }

  /** Takes the nodes that start now; they count as running from here on. */
  start(): number[] {
    const started: number[] = [];
    while (!this.decided && !this.draining && !this.paused && this.running < this.plan.maxParallelAgents) {
      const index = this.takePending();
      if (index === undefined) break;
      this.table.set(index, { status: 'running' });
      this.running += 1;
      started.push(index);
    }
    return started;
  }

  /** What a call cost, whatever comes of its node. */
  spend(costMicroUsd: number): void {
    this.table.spend(costMicroUsd);
  }

  complete(index: number): void {
    this.leave(index, { status: 'completed' });
    this.scheduler.complete(index);
  }

  /** It cannot go on until people have decided; meanwhile it holds no slot. */
  wait(index: number, taskKeys: readonly string[]): void {
    assert(taskKeys.length > 0, `AgentRun: node ${index} waits for nobody`);
    this.leave(index, { status: 'running' });
    this.waiting.set(index, new Set(taskKeys));
  }

  /** @returns whether a node of this run waited for it */
  decide(taskKey: string): boolean {
    for (const [index, keys] of this.waiting) {
      if (!keys.delete(taskKey)) continue;
      if (keys.size === 0) this.begin(index);
      return true;
    }
    return false;
  }

  /** It stopped between two steps because the run is paused or drains; it begins again in its turn. */
  park(index: number): void {
    this.leave(index, { status: 'pending' });
    this.scheduler.queue(index);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  /** @returns the index of the node, or undefined when the run has none of that name */
  indexOf(name: string): number | undefined {
    const index = this.plan.nodes.findIndex((node) => node.name === name);
    return index < 0 ? undefined : index;
  }

  /** For the order of starting; whether a failure is critical stays as the graph says. */
  setPriority(index: number, priority: number): void {
    this.changedPriorities.set(index, priority);
    this.scheduler.setPriority(index, priority);
  }

  fail(index: number, failure: NodeFailure): void {
    const { status, reasonCode, reason } = failure;
    this.leave(index, { status, reasonCode, reason });
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
    this.leave(index, { status: 'cancelled', reasonCode: why.reasonCode, reason: why.reason });
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

  get waitingCount(): number {
    return this.waiting.size;
  }

  get isPaused(): boolean {
    return this.paused;
  }

  /** Whether a node between two steps has to stop there. */
  get holdsSteps(): boolean {
    return this.paused || this.draining;
  }

  get isOver(): boolean {
    const nothingComes = this.waiting.size === 0 && this.scheduler.readyCount === 0;
    return this.running === 0 && (this.decided !== undefined || nothingComes);
  }

  get isDrained(): boolean {
    return this.draining && this.running === 0;
  }

  /** What the next workflow run needs. Call only when drained. */
  carry(): Required<CarriedRun> {
    assert(this.isDrained, `AgentRun: carried while ${this.running} nodes run`);
    return {
      nodes: this.table.carry((index) => (this.waiting.has(index) ? 'pending' : this.table.statusOf(index)!)),
      paused: this.paused,
      waiting: [...this.waiting].map(([index, keys]) => [index, [...keys]]),
      priorities: [...this.changedPriorities],
    };
  }

  /** Closes what never started or still waits, and says how the run ended. Call once, when it is over. */
  finish(): RunEnding {
    assert(this.isOver, `AgentRun: finished while ${this.running} nodes run`);
    const ending = this.decided ?? endingOf(this.count('completed'), this.nodes.length);
    for (const index of this.waiting.keys()) this.table.set(index, { status: 'pending' });
    this.waiting.clear();
    const rest = this.nodes.flatMap((node, index) => (node.status === 'pending' ? [index] : []));
    this.cancelPending(
      rest,
      ending.reasonCode ?? 'run_ended',
      ending.reason ?? 'The run ended before this agent could start.',
    );
    return ending;
  }

  count(status: AgentStatus): number {
    return this.table.count(status);
  }

  get costMicroUsd(): number {
    return this.table.costMicroUsd;
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
      if (this.table.statusOf(index) === 'pending') return index;
    }
    return undefined;
  }

  private begin(index: number): void {
    this.waiting.delete(index);
    this.table.set(index, { status: 'pending' });
    this.scheduler.queue(index);
  }

  private leave(index: number, state: NodeState): void {
    const status = this.table.statusOf(index);
    assert(status === 'running', `AgentRun: node ${index} is ${status}, not running`);
    this.table.set(index, state);
    this.running -= 1;
  }

  private cancelPending(indices: number[], reasonCode: string, reason: string): void {
    for (const index of indices) {
      if (this.table.statusOf(index) !== 'pending') continue;
      this.table.set(index, { status: 'cancelled', reasonCode, reason });
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
    const failed = this.count('failed') + this.count('budget_exceeded') + this.count('rate_limited');
    const { allowPartialCompletion } = this.plan;
    return endingAfterFailure(this.node(index), failure, { failed, total: this.nodes.length, allowPartialCompletion });
  }
}
