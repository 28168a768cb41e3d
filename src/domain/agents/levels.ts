import { assert } from '../kernel/assert';

/** A graph's structure: for each node the indices of the nodes it depends on. */
export type DependencyIndices = readonly (readonly number[])[];

/** For each node the nodes that wait for it: the same arrows, read backwards. */
export function dependentsOf(dependencies: DependencyIndices): number[][] {
  const dependents: number[][] = dependencies.map(() => []);
  dependencies.forEach((list, index) => list.forEach((dependency) => dependents[dependency]!.push(index)));
  return dependents;
}

/**
 * Dependencies before dependents, ties in the order of definition (Kahn). Nodes on or behind a cycle are missing from
 * the answer. A queue instead of recursion: a chain of a thousand agents must not depend on the stack.
 */
export function topologicalOrder(dependencies: DependencyIndices): number[] {
  const missing = dependencies.map((list) => list.length);
  const dependents = dependentsOf(dependencies);
  const order = missing.flatMap((count, index) => (count === 0 ? [index] : []));
  for (let at = 0; at < order.length; at++) {
    for (const dependent of dependents[order[at]!]!) if (--missing[dependent]! === 0) order.push(dependent);
  }
  return order;
}

/**
 * Execution levels: level 0 needs nothing, level n needs something of level n-1 and nothing later. They show a graph;
 * the scheduler does not wait for whole levels, because one slow agent would then hold up unrelated ones.
 *
 * @throws InvariantError on a cycle; a validated graph has none.
 */
export function executionLevels(dependencies: DependencyIndices): number[][] {
  const order = topologicalOrder(dependencies);
  assert(
    order.length === dependencies.length,
    `executionLevels: ${dependencies.length - order.length} nodes lie on or behind a cycle`,
  );
  const levelOf = new Array<number>(dependencies.length).fill(0);
  const levels: number[][] = [];
  for (const index of order) {
    const level = dependencies[index]!.reduce((highest, dependency) => Math.max(highest, levelOf[dependency]! + 1), 0);
    levelOf[index] = level;
    (levels[level] ??= []).push(index);
  }
  return levels;
}
