import fc from 'fast-check';
import { CYCLE_LIMITS, findCycles } from '../../../../src/domain/agents/cycles';
import { topologicalOrder } from '../../../../src/domain/agents/levels';

test.each<[string, number[][], number[][]]>([
  ['none in a diamond', [[], [0], [0], [1, 2]], []],
  ['two nodes', [[1], [0]], [[0, 1]]],
  ['three nodes, shown from the first', [[2], [0], [1]], [[0, 2, 1]]],
  ['behind a chain', [[], [0, 3], [1], [2]], [[1, 3, 2]]],
  [
    'two that share a node',
    [[1, 2], [0], [0]],
    [
      [0, 1],
      [0, 2],
    ],
  ],
  [
    'two knots',
    [[1], [0], [3], [2]],
    [
      [0, 1],
      [2, 3],
    ],
  ],
  [
    'the short way through a long knot',
    [[1], [2], [3], [0, 2]],
    [
      [0, 1, 2, 3],
      [2, 3],
    ],
  ],
  ['a self-loop is not counted here', [[0]], []],
])('%s', (_what, dependencies, expected) => {
  expect(findCycles(dependencies)).toEqual(expected);
});

test('a tangle of everything with everything is cut, and quick', () => {
  const all = Array.from({ length: 400 }, (_, index) => index);
  const cycles = findCycles(all.map((own) => all.filter((other) => other !== own)));
  expect(cycles).toHaveLength(CYCLE_LIMITS.searchesPerGroupMax - 1); // 0 ⇄ 1 is found from both of its ends
});

test('a ring of twenty thousand needs no stack', () => {
  const length = 20_000;
  expect(findCycles(Array.from({ length }, (_, index) => [(index + 1) % length]))[0]).toHaveLength(length);
});

test('cycles are found exactly where no order exists, at least one for each knot', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 15 }), (raw) => {
      const dependencies = raw.map((list, own) =>
        [...new Set(list.map((value) => value % raw.length))].filter((other) => other !== own),
      );
      const cycles = findCycles(dependencies);
      expect(cycles.length > 0).toBe(topologicalOrder(dependencies).length < dependencies.length);
      for (const cycle of cycles) {
        expect(new Set(cycle).size).toBe(cycle.length);
        cycle.forEach((index, at) => expect(dependencies[index]).toContain(cycle[(at + 1) % cycle.length]));
      }
    }),
  );
});
