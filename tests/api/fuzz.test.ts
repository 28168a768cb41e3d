import fc from 'fast-check';
import { ROUTES } from '../../src/api/routes';
import { chain, startApi, type ApiUnderTest } from '../support/api';

/**
 * Whatever comes in, the answer is an answer: never a 5xx, always what the document says (the suite's close compares),
 * and after a 4xx the book is as it was.
 */
let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApi();
  await under.api.post('/graphs').send(chain('known')).expect(201);
});
afterAll(() => under.close());

const RUNS = { numRuns: 100, endOnFailure: true };
const POSTS = ROUTES.filter(({ body }) => body !== undefined).map(({ path }) => path);

const anyKey = fc.oneof(
  fc.constantFrom(
    'name',
    'agents',
    'graph',
    'inputs',
    'records',
    'attemptKey',
    'version',
    '__proto__',
    'constructor',
    'toString',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const anyLeaf = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    -0,
    -1,
    1e308,
    Number.MIN_VALUE,
    '',
    '\0',
    '\ud800',
    '💥',
    '../../etc/passwd',
    "'; DROP TABLE run; --",
    '{{ x.constructor }}',
    'known',
  ),
  fc.double({ noNaN: true }),
  fc.string({ unit: 'binary' }),
);
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    anyLeaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(anyKey, tie('value')), { maxLength: 5 })
      .map((entries) =>
        Object.defineProperties(
          {},
          Object.fromEntries(entries.map(([key, value]) => [key, { value, enumerable: true, configurable: true }])),
        ),
      ),
  ),
}));

/** A valid definition with one or more of its parts replaced: gets further than noise does. */
const mutatedGraph = fc
  .tuple(
    fc.array(
      fc.tuple(fc.constantFrom('name', 'agents', 'inputs', 'maxParallelAgents', 'costBudgetUsd', 'extra'), anyValue),
      { maxLength: 2 },
    ),
    fc.array(
      fc.tuple(
        fc.constantFrom(
          'name',
          'dependencies',
          'promptTemplate',
          'llmConfig',
          'retryPolicy',
          'priority',
          'timeoutSeconds',
          'responseSchema',
        ),
        anyValue,
      ),
      { maxLength: 2 },
    ),
  )
  .map(([ofGraph, ofAgent]) => {
    const graph: Record<string, unknown> = chain('fuzzed');
    (graph['agents'] as Record<string, unknown>[])[0] = {
      ...(graph['agents'] as Record<string, unknown>[])[0],
      ...Object.fromEntries(ofAgent),
    };
    return { ...graph, ...Object.fromEntries(ofGraph) };
  });
const mutatedStart = fc.record(
  {
    graph: fc.oneof(fc.constant('known'), anyValue),
    inputs: anyValue,
    costBudgetUsd: anyValue,
    timeoutSeconds: anyValue,
  },
  { requiredKeys: ['graph'] },
);

async function rowCounts(): Promise<string> {
  const { rows } = await under.deps.pool.query(
    'SELECT (SELECT count(*) FROM graph) g, (SELECT count(*) FROM run) r, (SELECT count(*) FROM budget) b, (SELECT count(*) FROM idempotency) i',
  );
  return JSON.stringify(rows[0]);
}

async function post(path: string, body: string, type = 'application/json'): Promise<void> {
  const before = await rowCounts();
  const { status, body: answer } = await under.api
    .post(path)
    .set('idempotency-key', `fuzz-${Math.random()}`)
    .type(type)
    .send(body);
  expect(status >= 500 ? [status, body, answer] : []).toEqual([]);
  if (status >= 400) expect([body, await rowCounts()]).toEqual([body, before]);
}

describe('random requests', () => {
  it.each(POSTS)('POST %s with any JSON', async (path) => {
    await fc.assert(
      fc.asyncProperty(anyValue, (value) => post(path, JSON.stringify(value))),
      RUNS,
    );
  });

  it('POST /graphs and /graphs/validate with a definition gone wrong', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('/graphs', '/graphs/validate'), mutatedGraph, (path, graph) =>
        post(path, JSON.stringify(graph)),
      ),
      RUNS,
    );
  });

  it('POST /runs with a start gone wrong', async () => {
    await fc.assert(
      fc.asyncProperty(mutatedStart, (start) => post('/runs', JSON.stringify(start))),
      RUNS,
    );
  });

  it('POST with any text of any type', async () => {
    const types = fc.constantFrom('application/json', 'application/yaml', 'application/x-ndjson', 'text/plain');
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .array(
          fc.constantFrom(
            'a: ',
            '- ',
            '&x ',
            '*x',
            '[',
            ']',
            '{',
            '}',
            '\n',
            '  ',
            '? ',
            '!!js/function ',
            '<<: ',
            '"',
            '0x1F',
            '.inf',
            '~',
            '|',
            '2001-01-01',
          ),
          { maxLength: 20 },
        )
        .map((parts) => parts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...POSTS), types, texts, (path, type, text) => post(path, text, type)),
      RUNS,
    );
  });

  it('GET with any path and query', async () => {
    const part = fc.oneof(
      fc.constantFrom('01938f3a-7c00-7000-8000-0123456789ab', 'known', '..', '%00', '%2e%2e', '%'),
      fc.string({ unit: 'binary', maxLength: 20 }).map(encoded),
    );
    const query = fc.array(
      fc.tuple(
        fc.constantFrom(
          'limit',
          'cursor',
          'after',
          'status',
          'session',
          'since',
          'type',
          'node',
          'raw',
          'version',
          'x',
        ),
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 20 }),
          fc.nat().map(String),
          anyValue.map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
        ),
      ),
      { maxLength: 3 },
    );
    const paths = ROUTES.filter(({ method }) => method === 'get').map(({ path }) => path);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), part, query, async (path, value, pairs) => {
        const text = pairs.map(([name, given]) => `${name}=${encoded(given)}`).join('&');
        const url = `${path.replace(/\{\w+\}/, value)}?${text}`;
        const { status } = await under.api.get(url);
        expect(status >= 500 ? [status, url] : []).toEqual([]);
      }),
      RUNS,
    );
  });
});

/** `encodeURIComponent` throws on half of a surrogate pair. */
function encoded(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
