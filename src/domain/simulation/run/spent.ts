/** What agents' decisions have cost so far, for the summary of what was saved. */
export interface Spent {
  costMicroUsd: number;
  calls: number;
  askedTicks: number;
  /** The last tick that was begun with agents, and which of its calls are counted. Absent: none was. */
  begun?: { tick: number; calls: readonly string[] };
}

/** A tick that begins again, because the run was parked in its middle, is the same tick. */
export function beginAsked(spent: Spent, tick: number): void {
  if (spent.begun?.tick === tick) return;
  spent.askedTicks += 1;
  spent.begun = { tick, calls: [] };
}

/** An answer that was paid for before the run was parked is brought again when its tick begins again: the same call. */
export function countCall(spent: Spent, key: string, costMicroUsd: number): void {
  spent.costMicroUsd += costMicroUsd;
  const { begun } = spent;
  if (begun?.calls.includes(key)) return;
  spent.calls += 1;
  if (begun) spent.begun = { ...begun, calls: [...begun.calls, key] };
}
