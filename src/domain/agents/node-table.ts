import { assert } from '../kernel/assert';
import type { AgentStatus } from './run-state';

export interface NodeState {
  status: AgentStatus;
  reasonCode?: string;
  reason?: string;
}

/** Equal neighbours as one entry, because a run of 5,000 nodes hands its table over a dozen times. */
export interface CarriedNode {
  status: AgentStatus;
  reasonCode?: string;
  /** Of all nodes of the entry together. */
  costMicroUsd: number;
  /** How many nodes in a row; absent: one. */
  times?: number;
}

/**
 * The states of all nodes, with their counts and cost kept as they change: after each of 5,000 steps counting again
 * would be 25 million looks.
 */
export class NodeTable {
  private readonly states: NodeState[];
  private readonly counts = new Map<AgentStatus, number>();
  private spentMicroUsd = 0;

  constructor(states: readonly NodeState[]) {
    this.states = [...states];
    for (const { status } of states) this.add(status, 1);
  }

  static of(carried: readonly CarriedNode[]): NodeTable {
    const table = new NodeTable(
      carried.flatMap(({ status, reasonCode, times = 1 }) =>
        Array.from({ length: times }, () => ({ status, reasonCode })),
      ),
    );
    for (const { costMicroUsd } of carried) table.spend(costMicroUsd);
    return table;
  }

  get all(): readonly Readonly<NodeState>[] {
    return this.states;
  }

  get costMicroUsd(): number {
    return this.spentMicroUsd;
  }

  count(status: AgentStatus): number {
    return this.counts.get(status) ?? 0;
  }

  statusOf(index: number): AgentStatus | undefined {
    return this.states[index]?.status;
  }

  set(index: number, state: NodeState): void {
    const before = this.states[index];
    assert(before, `NodeTable: there is no node ${index}`);
    this.add(before.status, -1);
    this.add(state.status, 1);
    this.states[index] = state;
  }

  spend(costMicroUsd: number): void {
    this.spentMicroUsd += costMicroUsd;
  }

  /** Reasons are in the read model already; the code is enough to go on. The cost goes with the first entry. */
  carry(statusOf: (index: number) => AgentStatus): CarriedNode[] {
    const entries: (CarriedNode & { times: number })[] = [];
    this.states.forEach(({ reasonCode }, index) => {
      const status = statusOf(index);
      const last = entries.at(-1);
      if (last?.status === status && last.reasonCode === reasonCode) last.times += 1;
      else entries.push({ status, reasonCode, costMicroUsd: 0, times: 1 });
    });
    if (entries[0]) entries[0].costMicroUsd = this.spentMicroUsd;
    return entries;
  }

  private add(status: AgentStatus, by: number): void {
    this.counts.set(status, this.count(status) + by);
  }
}
