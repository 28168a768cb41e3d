import { chain, startApi, type ApiUnderTest } from '../support/api';

let under: ApiUnderTest;
beforeAll(async () => void (under = await startApi()));
afterAll(() => under.close());

const MEGABYTE = 1024 * 1024;
const agent = (changes: object = {}) => ({
  name: 'a',
  llmConfig: { model: 'scripted-echo' },
  promptTemplate: 'Hi.',
  ...changes,
});
const graph = (...agents: object[]) => ({ name: 'bad', agents });
/** JSON text, because an object literal with this key would set the prototype instead. */
const withKey = (key: string) =>
  `{"name":"bad","agents":[{"name":"a","promptTemplate":"Hi.","llmConfig":{"model":"m"}}],"inputs":{"${key}":{"polluted":true}}}`;
const nested = (depth: number) => `{"name":"bad","agents":[],"inputs":{"x":${'['.repeat(depth)}${']'.repeat(depth)}}}`;

/** What is wrong, the body, and where each problem must be found. */
const HOSTILE: [string, object | string, string[]][] = [
  [
    'a cycle of three',
    graph(
      agent({ name: 'a', dependencies: ['c'] }),
      agent({ name: 'b', dependencies: ['a'] }),
      agent({ name: 'c', dependencies: ['b'] }),
    ),
    ['agents'],
  ],
  ['an agent that needs itself', graph(agent({ dependencies: ['a'] })), ['agents[0].dependencies[0]']],
  ['two agents of one name', graph(agent(), agent()), ['agents[1].name']],
  ['an unknown dependency', graph(agent({ dependencies: ['ghost'] })), ['agents[0].dependencies[0]']],
  [
    'a template that names nobody',
    graph(agent({ promptTemplate: '{{ ghost.content }}' })),
    ['agents[0].promptTemplate'],
  ],
  ['a template that does not parse', graph(agent({ promptTemplate: '{{ inputs.' })), ['agents[0].promptTemplate']],
  ['no agents', { name: 'bad', agents: [] }, ['agents']],
  ['nothing at all', {}, ['name', 'agents']],
  [
    'wrong types',
    { name: 7, agents: 'many', maxParallelAgents: '3', costBudgetUsd: null },
    ['name', 'agents', 'maxParallelAgents', 'costBudgetUsd'],
  ],
  [
    'numbers out of range',
    { ...graph(agent({ priority: 11, maxRetries: -1, timeoutSeconds: 0 })), maxParallelAgents: 0 },
    ['agents[0].priority', 'agents[0].maxRetries', 'agents[0].timeoutSeconds', 'maxParallelAgents'],
  ],
  ['unknown fields', { ...graph(agent({ colour: 'red' })), owner: 'me' }, ['agents[0].colour', 'owner']],
  ['an array', [1, 2, 3], ['(root)']],
  ['a string', '"graph"', ['(root)']],
  ['null', 'null', ['(root)']],
  ['__proto__', withKey('__proto__'), ['inputs.__proto__']],
  ['constructor', withKey('constructor'), ['inputs.constructor']],
  ['a number without end', '{"name":"bad","agents":[],"inputs":{"x":1e999}}', ['inputs.x', 'agents']],
  ['NUL in a text', graph(agent({ description: 'a\0b' })), ['agents[0].description']],
  ['half of a surrogate pair', '{"name":"bad","agents":[],"description":"\\ud800"}', ['description', 'agents']],
  ['a name of a megabyte', { name: 'x'.repeat(MEGABYTE), agents: [agent()] }, ['name']],
  ['a template of a megabyte', graph(agent({ promptTemplate: 'x'.repeat(MEGABYTE) })), ['agents[0].promptTemplate']],
  ['a key of a megabyte', `{"name":"bad","agents":[],"${'k'.repeat(MEGABYTE)}":1}`, ['agents']],
  ['depth of 100,000', nested(100_000), ['inputs.x[0][0]']],
  ['5,001 agents', chain('bad', 5_001), ['agents']],
];

async function rowCounts(): Promise<unknown> {
  const { rows } = await under.deps.pool.query(
    'SELECT (SELECT count(*) FROM graph) AS graphs, (SELECT count(*) FROM run) AS runs, (SELECT count(*) FROM idempotency) AS keys',
  );
  return rows[0];
}

describe('a malformed or hostile definition', () => {
  it.each(HOSTILE)('%s: 422 with every problem, nothing stored, nothing started', async (what, body, paths) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const before = await rowCounts();
    const { status, body: problem } = await under.api
      .post('/graphs')
      .type('json')
      .set('idempotency-key', `bad-${what.length}`)
      .send(text);
    expect([status, problem.code]).toEqual([422, 'InvalidGraph']);
    const found = problem.problems.map(({ path }: { path: string }) => path);
    for (const path of paths) expect(found.some((candidate: string) => candidate.startsWith(path))).toBe(true);
    expect(JSON.stringify(problem).length).toBeLessThan(100_000);
    const validated = await under.api.post('/graphs/validate').type('json').send(text).expect(200);
    expect(validated.body).toMatchObject({ valid: false, problems: problem.problems });
    expect(await rowCounts()).toEqual(before);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('a thousand agents fit', async () => {
    const { body } = await under.api.post('/graphs').send(chain('thousand', 1_000)).expect(201);
    expect(body.agents).toBe(1_000);
    const run = await under.api.post('/runs').send({ graph: 'thousand' }).expect(201);
    expect((await under.api.get(`/runs/${run.body.runId}`).expect(200)).body.statistics.pending).toBe(1_000);
  });
});

describe('a malformed start', () => {
  it.each([
    ['nothing', '{}', ['graph']],
    ['a number for a graph', '{"graph":7}', ['graph']],
    ['an unknown member in the reference', '{"graph":{"name":"x","owner":1}}', ['graph']],
    [
      'limits out of range',
      '{"graph":"x","costBudgetUsd":-1,"maxParallelAgents":0,"timeoutSeconds":1e12}',
      ['costBudgetUsd', 'maxParallelAgents', 'timeoutSeconds'],
    ],
    ['inputs that are no object', '{"graph":"x","inputs":[1]}', ['inputs']],
    ['a prototype key', '{"graph":"x","inputs":{"__proto__":{"a":1}}}', ['inputs.__proto__']],
    ['NUL', '{"graph":"x\\u0000y","inputs":{"a":"\\u0000"}}', ['graph', 'inputs.a']],
    ['depth of 100,000', `{"graph":"x","inputs":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`, ['inputs.a']],
  ])('%s: 422', async (_what, text, paths) => {
    const before = await rowCounts();
    const { status, body } = await under.api.post('/runs').type('json').send(text);
    expect([status, body.code]).toEqual([422, 'InvalidRequest']);
    for (const path of paths)
      expect(body.problems.some((problem: { path: string }) => problem.path.startsWith(path))).toBe(true);
    expect(await rowCounts()).toEqual(before);
  });
});
