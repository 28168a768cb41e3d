import type { DependencyIndices } from './levels';

/** Enough to see what is wrong; a tangled graph has more elementary cycles than atoms are in the sky. */
export const CYCLE_LIMITS = { cyclesMax: 50, searchesPerGroupMax: 8 } as const;

/**
 * Shortest cycles, each as node indices without the repeated end, rotated so that the smallest index comes first:
 * at least one per knot (strongly connected component) up to the limit, and distinct short ones beside it.
 * Self-loops are left out; they are a problem of their own.
 */
export function findCycles(dependencies: DependencyIndices): number[][] {
  const found = new Map<string, number[]>();
  for (const group of knots(dependencies)) {
    for (const start of group.slice(0, CYCLE_LIMITS.searchesPerGroupMax)) {
      if (found.size >= CYCLE_LIMITS.cyclesMax) return [...found.values()];
      const cycle = rotated(shortestCycle(dependencies, start, new Set(group)));
      found.set(cycle.join(','), cycle);
    }
  }
  return [...found.values()];
}

/** Breadth first from `start` until an edge leads back to it. In a knot of two or more there always is one. */
function shortestCycle(dependencies: DependencyIndices, start: number, group: ReadonlySet<number>): number[] {
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (const index of queue) {
    for (const next of dependencies[index]!) {
      if (next === start && index !== start) return pathTo(index, start, cameFrom);
      if (next === start || cameFrom.has(next) || !group.has(next)) continue;
      cameFrom.set(next, index);
      queue.push(next);
    }
  }
  return [start];
}

function pathTo(end: number, start: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const path = [end];
  for (let at = end; at !== start; path.push(at)) at = cameFrom.get(at)!;
  return path.reverse();
}

function rotated(cycle: number[]): number[] {
  const first = cycle.indexOf(cycle.reduce((lowest, index) => Math.min(lowest, index)));
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}

/**
 * Strongly connected components of two or more nodes, in order of their first node (Tarjan, with a stack of its own:
 * recursion would overflow on a cycle of a thousand agents in a worker with a small stack).
 */
function knots(dependencies: DependencyIndices): number[][] {
  const search = new KnotSearch(dependencies);
  dependencies.forEach((_, index) => search.from(index));
  return search.groups.filter((group) => group.length > 1).sort((a, b) => a[0]! - b[0]!);
}

class KnotSearch {
  readonly groups: number[][] = [];
  private readonly order = new Map<number, number>();
  private readonly lowest = new Map<number, number>();
  private readonly open: number[] = [];
  private readonly isOpen = new Set<number>();

  constructor(private readonly dependencies: DependencyIndices) {}

  from(root: number): void {
    if (this.order.has(root)) return;
    const frames = [this.enter(root)];
    while (frames.length > 0) {
      const frame = frames[frames.length - 1]!;
      const next = this.dependencies[frame.index]![frame.edge++];
      if (next === undefined) {
        frames.pop();
        this.leave(frame.index, frames[frames.length - 1]?.index);
      } else if (!this.order.has(next)) frames.push(this.enter(next));
      else if (this.isOpen.has(next)) this.lower(frame.index, this.order.get(next)!);
    }
  }

  private enter(index: number): { index: number; edge: number } {
    this.lowest.set(index, this.order.size);
    this.order.set(index, this.order.size);
    this.open.push(index);
    this.isOpen.add(index);
    return { index, edge: 0 };
  }

  private leave(index: number, parent: number | undefined): void {
    if (parent !== undefined) this.lower(parent, this.lowest.get(index)!);
    if (this.lowest.get(index) !== this.order.get(index)) return;
    const group = this.open.splice(this.open.lastIndexOf(index));
    group.forEach((member) => this.isOpen.delete(member));
    this.groups.push(group.sort((a, b) => a - b));
  }

  private lower(index: number, to: number): void {
    this.lowest.set(index, Math.min(this.lowest.get(index)!, to));
  }
}
