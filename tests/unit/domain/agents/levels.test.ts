import fc from 'fast-check';
import { InvariantError } from '../../../../src/domain/kernel/assert';
import { criticalPath, remainingPath } from '../../../../src/domain/agents/critical-path';
import { dependentsOf, executionLevels, topologicalOrder } from '../../../../src/domain/agents/levels';

/** For each node some of the nodes before it, and a duration. */
const graphs = fc
  .array(fc.tuple(fc.array(fc.nat(), { maxLength: 4 }), fc.integer({ min: 1, max: 50 })), {
    minLength: 1,
    maxLength: 40,
  })
  .map((nodes) =>
    nodes.map(([list, expectedSeconds], index) => ({
      dependencies: index === 0 ? [] : [...new Set(list.map((value) => value % index))],
      expectedSeconds,
    })),
  );
const CHAIN = Array.from({ length: 100_000 }, (_, index) => ({
  dependencies: index === 0 ? [] : [index - 1],
  expectedSeconds: 1,
}));

describe('execution levels', () => {
  test('a diamond has three', () => {
    expect(executionLevels([[], [0], [0], [1, 2]])).toEqual([[0], [1, 2], [3]]);
  });

  test('a node lies below its lowest dependency', () => {
    expect(executionLevels([[], [0], [1], [0, 2], []])).toEqual([[0, 4], [1], [2], [3]]);
  });

  test('no nodes have no levels', () => {
    expect(executionLevels([])).toEqual([]);
  });

  test('a cycle is a broken invariant', () => {
    expect(() => executionLevels([[1], [0], []])).toThrow(InvariantError);
  });

  test('every node is in one level, after all that it needs', () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const levels = executionLevels(nodes.map((node) => node.dependencies));
        const levelOf = new Map(levels.flatMap((level, at) => level.map((index) => [index, at] as const)));
        expect(levelOf.size).toBe(nodes.length);
        nodes.forEach(({ dependencies }, index) => {
          const needed = dependencies.map((dependency) => levelOf.get(dependency)!);
          expect(levelOf.get(index)).toBe(needed.length === 0 ? 0 : Math.max(...needed) + 1);
        });
      }),
    );
  });

  test('a chain of a hundred thousand needs no stack', () => {
    expect(executionLevels(CHAIN.map((node) => node.dependencies))).toHaveLength(CHAIN.length);
  });
});

describe('topological order', () => {
  test('ties keep the order of definition', () => {
    expect(topologicalOrder([[2], [], [], [1]])).toEqual([1, 2, 3, 0]);
  });

  test('leaves out what lies on or behind a cycle', () => {
    expect(topologicalOrder([[], [2], [1], [2], [0]])).toEqual([0, 4]);
  });

  test('dependents are the same arrows backwards', () => {
    expect(dependentsOf([[], [0], [0, 1]])).toEqual([[1, 2], [2], []]);
  });
});

describe('longest remaining path', () => {
  test('counts the node itself and the slowest chain behind it', () => {
    const nodes = [
      { dependencies: [], expectedSeconds: 2 },
      { dependencies: [0], expectedSeconds: 10 },
      { dependencies: [0], expectedSeconds: 1 },
      { dependencies: [1, 2], expectedSeconds: 3 },
      { dependencies: [], expectedSeconds: 4 },
    ];
    expect(remainingPath(nodes)).toEqual([15, 13, 4, 3, 4]);
    expect(criticalPath(nodes)).toEqual([0, 1, 3]);
  });

  test('the critical path is a path, and as long as the longest remaining one', () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const path = criticalPath(nodes);
        expect(nodes[path[0]!]!.dependencies).toEqual([]);
        path.slice(1).forEach((index, at) => expect(nodes[index]!.dependencies).toContain(path[at]));
        const seconds = path.reduce((sum, index) => sum + nodes[index]!.expectedSeconds, 0);
        expect(seconds).toBe(Math.max(...remainingPath(nodes)));
      }),
    );
  });

  test('a chain of a hundred thousand needs no stack', () => {
    expect(remainingPath(CHAIN)[0]).toBe(CHAIN.length);
    expect(criticalPath(CHAIN)).toHaveLength(CHAIN.length);
  });

  test('nothing has no path; a cycle is a broken invariant', () => {
    expect(criticalPath([])).toEqual([]);
    const ring = [
      { dependencies: [1], expectedSeconds: 1 },
      { dependencies: [0], expectedSeconds: 1 },
    ];
    expect(() => remainingPath(ring)).toThrow(InvariantError);
  });
});
