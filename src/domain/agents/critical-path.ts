import { assert } from '../kernel/assert';
import { dependentsOf, topologicalOrder } from './levels';

/** What a path's length needs of a node; `dependencies` are indices into the same list, as in a run plan. */
export interface PathNode {
  dependencies: number[];
  expectedSeconds: number;
}

/**
 * For each node the seconds from its start to the end of the run along the slowest chain of dependents, its own
 * `expectedSeconds` included. The scheduler starts the longest first: whoever holds up the most goes ahead.
 *
 * @throws InvariantError on a cycle; a validated graph has none.
 */
export function remainingPath(nodes: readonly PathNode[]): number[] {
  const order = topologicalOrder(nodes.map((node) => node.dependencies));
  assert(order.length === nodes.length, `remainingPath: ${nodes.length - order.length} nodes lie on or behind a cycle`);
  const longestAfter = new Array<number>(nodes.length).fill(0);
  for (const index of order.reverse()) {
    const node = nodes[index]!;
    const fromHere = longestAfter[index]! + node.expectedSeconds;
    for (const dependency of node.dependencies)
      longestAfter[dependency] = Math.max(longestAfter[dependency]!, fromHere);
  }
  return longestAfter.map((after, index) => after + nodes[index]!.expectedSeconds);
}

/** The slowest chain from a start to an end, as indices: no parallelism can make the run shorter than its sum. */
export function criticalPath(nodes: readonly PathNode[]): number[] {
  const remaining = remainingPath(nodes);
  const dependents = dependentsOf(nodes.map((node) => node.dependencies));
  const starts = nodes.flatMap((node, index) => (node.dependencies.length === 0 ? [index] : []));
  const path: number[] = [];
  for (let next = longest(starts, remaining); next !== undefined; next = longest(dependents[next]!, remaining))
    path.push(next);
  return path;
}

function longest(candidates: readonly number[], remaining: readonly number[]): number | undefined {
  return candidates.reduce<number | undefined>(
    (best, candidate) => (best === undefined || remaining[candidate]! > remaining[best]! ? candidate : best),
    undefined,
  );
}
