import { randomUUID } from 'node:crypto';
import OpenAI from 'openai';
import fc from 'fast-check';
import { sums, violations } from '../../support/ledger';
import { until } from '../../support/until';
import { startCaller } from './caller';
import { attemptsOf, context, failureOf, providerLog, startStack, testRun, type Stack, type TestRun } from './support';

let stack: Stack;
let client: OpenAI;
beforeAll(async () => {
  stack = await startStack();
  client = new OpenAI({ apiKey: 'scripted', baseURL: stack.server.url, maxRetries: 0 });
});
afterAll(() => stack.stop());
afterEach(async () => {
  await stack.server.release();
  await stack.server.setFaults();
});

const LIMITS = { windows: [{ name: 'requests/min', windowMs: 60_000, limit: 1000 }], concurrent: 3 };
const background = (run: TestRun, index = 0) => run.call(index, { delivery: 'background' });
const billed = async ({ runId }: TestRun) =>
  (await providerLog(stack.server)).filter(({ attemptKey }) => attemptKey.startsWith(runId)).length;
const states = async ({ runId }: TestRun) => (await attemptsOf(stack.pool, `${runId}/%`)).map(({ state }) => state);

/** The id that the ledger has of the run's last attempt, once it has one. */
async function storedId({ runId }: TestRun): Promise<string> {
  const { rows } = await until(
    () =>
      stack.pool.query<{ id: string }>('SELECT response_id AS id FROM attempt WHERE run_id = $1 ORDER BY n DESC', [
        runId,
      ]),
    (found) => found.rows[0]?.id != null,
  );
  return rows[0]!.id;
}

test('an answer is paid as in one request, and its tools, schema and usage are read', async () => {
  const run = await testRun(stack.pool);
  const one = await stack.gateway().call(run.call(0, { prompt: 'same [[tokens: 18]]' }), context());
  const two = await stack
    .gateway()
    .call(run.call(1, { prompt: 'same [[tokens: 18]]', delivery: 'background' }), context());
  const { inputTokens, outputTokens } = one.usage;
  expect(two).toMatchObject({
    usage: { inputTokens, outputTokens },
    costMicroUsd: one.costMicroUsd,
    finishReason: 'stop',
  });
  const answers: unknown[] = [];
  const schema = { type: 'object', properties: { sku: { type: 'string' } }, required: ['sku'] };
  const { request } = run.call(2, { prompt: '[[call: lookup {"sku":"A-1"}]] please' });
  const tools = [{ name: 'lookup', description: 'looks up', parameters: schema }];
  const call = run.call(2, {
    delivery: 'background',
    request: { ...request, tools, maxTokens: 50, seed: 3 },
  });
  const keep: typeof call.buildArtifacts = async (answer, facts) => {
    answers.push(answer);
    return call.buildArtifacts(answer, facts);
  };
  await stack.gateway().call({ ...call, buildArtifacts: keep }, context());
  expect(answers).toMatchObject([
    { finishReason: 'tool_calls', toolCalls: [{ name: 'lookup', argumentsJson: '{"sku":"A-1"}' }] },
  ]);
});

test.each(['cut:at=0.4', 'no-usage', 'error-event', 'drip:ms=50'])(
  '%s: the stream is lost and the answer is fetched by its id, in the same attempt',
  async (fault) => {
    const run = await testRun(stack.pool);
    await stack.server.setFaults(fault);
    const result = await stack.gateway().call({ ...background(run), timeoutMs: 40_000 }, context());
    expect(result.source).toBe('paid');
    expect([await states(run), await billed(run)]).toEqual([['settled'], 1]);
  },
  60_000,
);

test('a deadline that passes ends the attempt, not the response: the next call fetches it', async () => {
  const run = await testRun(stack.pool);
  await stack.server.hold();
  const call = { ...background(run), timeoutMs: 1_500 };
  await failureOf(stack.gateway().call(call, context()), 'AgentTimeout');
  expect(await states(run)).toEqual(['unknown']);
  await stack.server.release();
  expect((await stack.gateway().call({ ...call, timeoutMs: 20_000 }, context())).source).toBe('paid');
  expect([await states(run), await billed(run)]).toEqual([['settled'], 1]);
  expect(await sums(stack.pool, `run:${run.runId}`)).toMatchObject({ reserved: 0, unknown: 0 });
});

test('a response that failed is over: the next attempt is a new one', async () => {
  const run = await testRun(stack.pool);
  await stack.server.setFaults('response-failed');
  await failureOf(stack.gateway().call(background(run), context()), 'ModelFailed');
  await stack.server.setFaults();
  expect((await stack.gateway().call(background(run), context())).source).toBe('paid');
  expect([await states(run), await billed(run)]).toEqual([['unknown', 'settled'], 2]);
});

test('cancelled: the provider is told, and what was used is booked', async () => {
  const run = await testRun(stack.pool);
  await stack.server.hold();
  const caller = new AbortController();
  const asked = stack
    .gateway()
    .call(background(run), { ...context(caller.signal), unwanted: () => true })
    .catch((error: unknown) => error);
  const id = await storedId(run);
  caller.abort(new Error('CANCELLED'));
  expect(await asked).toMatchObject({ message: 'CANCELLED' });
  expect((await client.responses.retrieve(id)).status).toBe('cancelled');
  const [attempt] = await attemptsOf(stack.pool, `${run.runId}/%`);
  expect(attempt).toMatchObject({ state: 'settled', actual_micro_usd: expect.any(Number) as number });
  expect(await violations(stack.pool)).toEqual([]);
});

test('an attempt that is given up without its call leaves the response to the next one, whatever is said of why', async () => {
  const run = await testRun(stack.pool);
  await stack.server.hold();
  const worker = new AbortController();
  const asked = stack
    .gateway()
    .call(background(run), context(worker.signal))
    .catch((error: unknown) => error);
  const id = await storedId(run);
  worker.abort(new Error('CANCELLED'));
  await asked;
  expect((await client.responses.retrieve(id)).status).toBe('queued');
  await stack.server.release();
  expect((await stack.gateway().call(background(run), context())).source).toBe('paid');
  expect([await states(run), await billed(run)]).toEqual([['settled'], 1]);
});

test('who shares the call that fetches an answer is answered by it, too', async () => {
  const run = await testRun(stack.pool);
  await stack.server.hold();
  const first = { ...run.call(0, { prompt: 'asked twice' }), delivery: 'background' as const };
  const equal = { ...run.call(1, { prompt: 'asked twice' }), delivery: 'background' as const };
  await failureOf(stack.gateway().call({ ...first, timeoutMs: 1_500 }, context()), 'AgentTimeout');
  await stack.server.release();
  const gateway = stack.gateway();
  const results = await Promise.all([first, equal].map((call) => gateway.call(call, context())));
  expect(results).toMatchObject([{ source: 'paid' }, { source: 'shared', sharedFrom: first.callKey, costMicroUsd: 0 }]);
  expect([await states(run), await billed(run)]).toEqual([['settled'], 1]);
  expect(await violations(stack.pool)).toEqual([]);
});

test('what the provider no longer has stays unknown at its maximum, and the call is made anew', async () => {
  const run = await testRun(stack.pool);
  await stack.server.hold();
  const { buildArtifacts: _unused, ...request } = background(run);
  const { child, done } = startCaller(stack, { calls: [request], limits: LIMITS, prefix: `gone-${randomUUID()}` });
  const id = await storedId(run);
  child.kill('SIGKILL');
  await done;
  await client.responses.delete(id);
  await stack.server.release();
  const gateway = stack.gateway();
  await gateway.start();
  expect((await gateway.call(background(run), context())).source).toBe('paid');
  expect([await states(run), await billed(run)]).toEqual([['unknown', 'settled'], 2]);
});

test('a former owner that wakes up finds the answer fetched; nothing is booked twice', async () => {
  const run = await testRun(stack.pool);
  await stack.server.hold();
  const { buildArtifacts: _unused, ...request } = background(run);
  const { child, done } = startCaller(stack, {
    calls: [request],
    limits: LIMITS,
    prefix: `zombie-${randomUUID()}`,
    leaseMs: 2_000,
  });
  await storedId(run);
  child.kill('SIGSTOP');
  const second = stack.gateway().call(background(run), context());
  await until(
    () => stack.pool.query<{ n: number }>('SELECT taken_over AS n FROM attempt WHERE run_id = $1', [run.runId]),
    (found) => found.rows[0]?.n === 1,
  );
  await stack.server.release();
  expect((await second).source).toBe('paid');
  child.kill('SIGCONT');
  const { outcomes } = await done;
  expect(outcomes).toHaveLength(1);
  expect([await states(run), await billed(run)]).toEqual([['settled'], 1]);
  expect(await violations(stack.pool)).toEqual([]);
}, 60_000);

test('a provider without background responses is refused before anything is reserved', async () => {
  const run = await testRun(stack.pool);
  const { request } = background(run);
  const call = { ...background(run), request: { ...request, model: 'anthropic:scripted-echo' } };
  await failureOf(stack.gateway().call(call, context()), 'DeliveryUnsupported');
  expect(await states(run)).toEqual([]);
});

test('killed wherever its id is stored, as often as a call may be lost: one billed row per call', async () => {
  const points = fc.constantFrom('after-response-id', 'after-answer', 'after-payload', 'after-settle');
  await fc.assert(
    fc.asyncProperty(fc.array(points, { minLength: 1, maxLength: 2 }), async (kills) => {
      const run = await testRun(stack.pool);
      const { buildArtifacts: _unused, ...request } = background(run);
      const options = { calls: [request], limits: LIMITS, prefix: `kills-${randomUUID()}`, leaseMs: 60_000 };
      for (const point of kills) await startCaller(stack, { ...options, env: { LONGHAUL_CRASH_POINT: point } }).done;
      const { outcomes } = await startCaller(stack, options).done;
      expect(outcomes).toHaveLength(1);
      expect([await states(run), await billed(run)]).toEqual([['settled'], 1]);
      expect(await sums(stack.pool, `run:${run.runId}`)).toMatchObject({ reserved: 0, unknown: 0 });
    }),
    { numRuns: 4 },
  );
}, 300_000);
