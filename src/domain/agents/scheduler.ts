import { assert } from '../kernel/assert';
import { remainingPath } from './critical-path';
import { dependentsOf } from './levels';
import { pathNodes, priorityOf, type PlanNode } from './run-plan';

/**
 * The ready queue: which agents may start, in which order. No barrier between levels: a node is ready the moment its
 * last dependency is done, so a slow agent never delays an unrelated branch (a superstep barrier costs 1.57 × the
 * ideal makespan at 100 nodes with 10 % slow ones).
 *
 * Order: priority (10 first), then the longest remaining path, then declaration order.
 */
export class Scheduler {
  private rank: number[];
  private readonly priorities: number[];
  private readonly remaining: number[];
  private readonly dependents: number[][];
  private readonly missing: number[];
  /** Ready nodes, best last, so that taking one is a pop. */
  private readonly ready: number[] = [];

  /**
   * @param isDone nodes that have ended; their dependents do not wait for them
   * @param isHeld nodes that have begun and wait for somebody; they come back by `queue`
   */
  constructor(
    nodes: readonly PlanNode[],
    isDone: (index: number) => boolean = () => false,
    isHeld: (index: number) => boolean = () => false,
  ) {
    this.priorities = nodes.map(priorityOf);
    this.remaining = remainingPath(pathNodes(nodes));
    this.rank = ranks(this.priorities, this.remaining);
    this.dependents = dependentsOf(nodes.map((node) => node.dependencies));
    this.missing = nodes.map((node) => node.dependencies.filter((index) => !isDone(index)).length);
    nodes.forEach((_, index) => {
      if (!isDone(index) && !isHeld(index) && this.missing[index] === 0) this.queue(index);
    });
  }

  get readyCount(): number {
    return this.ready.length;
  }

  take(): number | undefined {
    return this.ready.pop();
  }

  /** The nodes that become ready because `index` completed are queued. */
  complete(index: number): void {
    for (const dependent of this.dependents[index]!) {
      this.missing[dependent]! -= 1;
      assert(
        this.missing[dependent]! >= 0,
        `Scheduler: node ${dependent} was completed for more often than it has dependencies`,
      );
      if (this.missing[dependent] === 0) this.queue(dependent);
    }
  }

  priorityOf(index: number): number {
    return this.priorities[index]!;
  }

  /** Counts for what has not started yet; what runs is not touched. */
  setPriority(index: number, priority: number): void {
    this.priorities[index] = priority;
    this.rank = ranks(this.priorities, this.remaining);
    this.ready.sort((a, b) => this.rank[b]! - this.rank[a]!);
  }

  /** All nodes that can never run because `index` did not complete; nearest first. */
  unreachableAfter(index: number): number[] {
    const found = new Set<number>();
    const queue = [...this.dependents[index]!];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (found.has(next)) continue;
      found.add(next);
      queue.push(...this.dependents[next]!);
    }
    return [...found];
  }

  /** Puts a node among the ready ones; for one that had to stop and goes on later, too. */
  queue(index: number): void {
    let low = 0;
    let high = this.ready.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rank[this.ready[middle]!]! > this.rank[index]!) low = middle + 1;
      else high = middle;
    }
    this.ready.splice(low, 0, index);
  }
}

/** Position of each node in the order of starting; 0 goes first. */
function ranks(priorities: readonly number[], remaining: readonly number[]): number[] {
  const order = priorities.map((_, index) => index);
  order.sort((a, b) => priorities[b]! - priorities[a]! || remaining[b]! - remaining[a]! || a - b);
  const rank = new Array<number>(priorities.length);
  order.forEach((index, position) => (rank[index] = position));
  return rank;
}
