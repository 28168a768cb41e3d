import fc from 'fast-check';
import { PROBLEMS_MAX } from '../../../src/domain/agents/validate-graph';
import { agent, graph, problemsOf, validate, warningsOf } from './graphs';

/** JSON.parse keeps `__proto__` as an own key, which an object literal does not. */
const parsed = (json: string): unknown => JSON.parse(json);

describe('hostile input', () => {
  test.each<[string, unknown, string]>([
    [
      'a __proto__ key in the graph',
      parsed('{"__proto__": {"polluted": 1}, "name": "g"}'),
      '__proto__: The key "__proto__" is refused, because it can reach an object\'s prototype. Choose another name.',
    ],
    [
      'a constructor key in inputs',
      graph(undefined, { inputs: parsed('{"constructor": 1}') }),
      'inputs.constructor: The key "constructor" is refused, because it can reach an object\'s prototype. Choose another name.',
    ],
    [
      'a __proto__ key deep in a schema',
      graph([agent('a', { llmConfig: parsed('{"model": "m", "responseSchema": {"properties": {"__proto__": {}}}}') })]),
      'agents[0].llmConfig.responseSchema.properties.__proto__: The key "__proto__" is refused, because it can reach an object\'s prototype. Choose another name.',
    ],
    [
      'a key of a megabyte',
      graph(undefined, { inputs: { ['k'.repeat(1_000_000)]: 1 } }),
      `inputs["${'k'.repeat(60)}…"]: A key of 1000000 characters; at most 256 are allowed.`,
    ],
    [
      'a NUL in a text',
      graph(undefined, { description: 'a\0b' }),
      'description: Text must not contain the NUL character.',
    ],
    [
      'half of a surrogate pair',
      graph(undefined, { inputs: { a: '\ud800' } }),
      'inputs.a: Text must not contain half of a surrogate pair.',
    ],
    [
      'an object of a class',
      graph(undefined, { inputs: { a: new Map() } }),
      'inputs.a: Expected plain JSON data, got an object of a class.',
    ],
    ['a function', graph(undefined, { inputs: { a: () => 1 } }), 'inputs.a: Expected plain JSON data, got function.'],
    ['a bigint', graph(undefined, { inputs: { a: 1n } }), 'inputs.a: Expected plain JSON data, got bigint.'],
    [
      'a description of a megabyte',
      graph(undefined, { description: 'x'.repeat(1_000_000) }),
      'description: A text of 1000000 characters; at most 4096 are allowed.',
    ],
    [
      'a name of a megabyte',
      graph([agent('x'.repeat(1_000_000))]),
      'agents[0].name: A name of 1000000 characters; at most 128 are allowed.',
    ],
    [
      'a template of a megabyte',
      graph([agent('a', { promptTemplate: 'x'.repeat(1_000_000) })]),
      'agents[0].promptTemplate: A template of 1000000 bytes; at most 65536 are allowed.',
    ],
    [
      'three megabytes in all',
      graph(undefined, { inputs: { a: 'x'.repeat(3_000_000) } }),
      '(root): Larger than 2097152 characters. Make it smaller.',
    ],
    [
      'a million values',
      graph(undefined, { inputs: { a: new Array(1_000_000).fill(0) } }),
      '(root): More than 200000 values. Make it smaller.',
    ],
    [
      '5,001 agents',
      graph(chain(5_001)),
      'agents: 5001 agents; at most 5000 are allowed. The first 5000 were checked.',
    ],
  ])('%s', (_what, raw, expected) => {
    const { problems, graph: accepted } = validate(raw);
    expect(accepted).toBeUndefined();
    expect(problems.map(({ path, message }) => `${path}: ${message}`)).toContain(expected);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('nesting of a hundred thousand levels', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(problemsOf(graph(undefined, { inputs: { deep } }))).toEqual([
      'inputs.deep[0][0]: Nested deeper than 40 levels.',
    ]);
  });

  test('a value that holds itself', () => {
    const self: Record<string, unknown> = {};
    self.self = self;
    expect(problemsOf(graph(undefined, { inputs: self }))).toEqual([
      'inputs.self.self.self: Nested deeper than 40 levels.',
    ]);
  });

  test('shared references that unfold to more than anybody can hold', () => {
    let wide: unknown[] = ['x'];
    for (let level = 0; level < 30; level++) wide = [wide, wide];
    expect(problemsOf(graph(undefined, { inputs: { wide } }))).toEqual([
      '(root): More than 200000 values. Make it smaller.',
    ]);
  });

  test('fifty thousand wrong dependencies end in a list that can be read', () => {
    const names = Array.from({ length: 190 }, (_, index) => `missing${index}`);
    const agents = Array.from({ length: 300 }, (_, index) => agent(`a${index}`, { dependencies: names }));
    const problems = problemsOf(graph(agents));
    expect(problems).toHaveLength(PROBLEMS_MAX + 1);
    expect(problems.at(-1)).toBe('(root): 56500 more problems are not shown.');
  });

  test('5,000 agents whose names make the plan larger than what travels with a run', () => {
    const agents = Array.from({ length: 5_000 }, (_, at) => agent(`${'n'.repeat(100)}${at}`));
    expect(problemsOf(graph(agents))).toEqual([
      expect.stringMatching(/^agents: Names, dependencies .* at most 524288 travel with a run/),
    ]);
  });

  test('five thousand agents in a chain are in order', () => {
    expect(warningsOf(graph(chain(5_000), { timeoutSeconds: 6_000 }))).toEqual([]);
  });

  test('a thousand agents in a ring are one cycle, shown by its ends', () => {
    const agents = chain(1_000);
    agents[0]!.dependencies = ['a999'];
    const [first, ...others] = problemsOf(graph(agents));
    expect(first).toMatch(
      /^agents\[0\]\.dependencies\[0\]: Dependency cycle: a0 → a999 → a998 → .* → … 985 more … → .* → a1 → a0 /,
    );
    expect(others).toEqual([]);
  });
});

describe('properties', () => {
  test('no JSON value makes it throw; what has no graph has a problem', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (raw) => {
        const { graph: accepted, problems } = validate(raw);
        expect(accepted === undefined).toBe(problems.length > 0);
      }),
      { numRuns: 100 },
    );
  });

  test('no value under a known field makes it throw, and every problem has a path and a sentence', () => {
    const fields = [
      'name',
      'description',
      'agents',
      'inputs',
      'timeout',
      'maxParallelAgents',
      'cost_budget',
      'allow_partial_completion',
      'x',
    ];
    const agentFields = [
      'name',
      'kind',
      'module',
      'llmConfig',
      'llm_config',
      'promptTemplate',
      'tools',
      'dependencies',
      'retry_policy',
      'priority',
      'timeout',
      'cost_limit',
    ];
    const anything = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.double(),
      fc.constantFrom('{{ a', '{% for %}', '{{ a.b.c | d }}', '', -1, 1e308, null),
    );
    const anAgent = fc.dictionary(fc.constantFrom(...agentFields), anything);
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...fields), anything),
        fc.array(anAgent, { maxLength: 4 }),
        (outer, agents) => {
          const { graph: accepted, problems } = validate({ ...outer, agents });
          expect(accepted === undefined).toBe(problems.length > 0);
          for (const { path, message } of problems) {
            expect(path).not.toBe('');
            expect(message).toMatch(/[.?!]$|Unexpected|Unknown|Expected/);
            expect(message.length).toBeLessThan(1_000);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a graph whose agents depend on earlier ones only is in order', () => {
    fc.assert(
      fc.property(forwardEdges(), (edges) => {
        const verdict = validate(
          graph(
            edges.map((dependencies, index) =>
              agent(`a${index}`, { dependencies: dependencies.map((to) => `a${to}`) }),
            ),
          ),
        );
        expect(verdict.problems).toEqual([]);
        expect(verdict.graph!.agents).toHaveLength(edges.length);
      }),
      { numRuns: 100 },
    );
  });

  test('a planted cycle is reported, and it is one', () => {
    fc.assert(
      fc.property(forwardEdges(), fc.nat(), fc.nat(), (edges, x, y) => {
        const [from, to] = [x % edges.length, y % edges.length].sort((a, b) => a - b) as [number, number];
        fc.pre(from !== to);
        const planted = edges.map((list, index) =>
          index === to ? [...new Set([...list, from])] : index === from ? [...list, to] : list,
        );
        const agents = planted.map((dependencies, index) =>
          agent(`a${index}`, { dependencies: dependencies.map((dependency) => `a${dependency}`) }),
        );
        const cycles = problemsOf(graph(agents)).map((problem) =>
          /Dependency cycle: (.*) \(read/.exec(problem)![1]!.split(' → '),
        );
        expect(cycles.length).toBeGreaterThan(0);
        for (const cycle of cycles) expectCycle(cycle, agents);
      }),
      { numRuns: 100 },
    );
  });
});

function chain(length: number): Record<string, unknown>[] {
  return Array.from({ length }, (_, index) =>
    agent(`a${index}`, { dependencies: index === 0 ? [] : [`a${index - 1}`] }),
  );
}

/** For each node some of the nodes before it. */
function forwardEdges(): fc.Arbitrary<number[][]> {
  return fc
    .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 2, maxLength: 30 })
    .map((lists) => lists.map((list, index) => (index === 0 ? [] : [...new Set(list.map((value) => value % index))])));
}

function expectCycle(cycle: string[], agents: Record<string, unknown>[]): void {
  expect(cycle.at(-1)).toBe(cycle[0]);
  expect(new Set(cycle).size).toBe(cycle.length - 1);
  cycle.slice(0, -1).forEach((name, at) => {
    const { dependencies } = agents.find((candidate) => candidate.name === name)!;
    expect(dependencies).toContain(cycle[at + 1]);
  });
}
