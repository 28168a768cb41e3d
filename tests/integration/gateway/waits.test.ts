import { randomUUID } from 'node:crypto';
import { getRunNodes } from '../../../src/adapters/postgres/run-nodes';
import { connectRedis } from '../../../src/adapters/redis/connection';
import { createLimiter } from '../../../src/adapters/redis/limiter';
import { sums, TENANT, violations } from '../../support/ledger';
import { until } from '../../support/until';
import { attemptsOf, context, failureOf, startStack, testRun, type Stack } from './support';

let stack: Stack;
beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.stop());
beforeEach(() => stack.server.release());

const oneAtOnce = { concurrent: 1 };
const nodeOf = async (runId: string) => (await getRunNodes(stack.pool, TENANT, runId))[0]!;

test('a wait for the limiter is visible while it lasts, and over when it is over', async () => {
  const gateway = stack.gateway({}, oneAtOnce);
  const first = await testRun(stack.pool);
  const second = await testRun(stack.pool);
  await stack.server.hold();
  const holder = gateway.call(first.call(0), context());
  await stack.server.until(({ held }) => held === 1);
  const beating = context();
  const waiter = gateway.call(second.call(0), beating);
  const shown = await until(
    () => nodeOf(second.runId),
    ({ status }) => status === 'rate_limited',
  );
  expect(shown).toMatchObject({
    reasonCode: 'waiting_for_rate_limit',
    reason: 'Waits for limit concurrent requests.',
    waitingSince: expect.any(Date),
  });
  expect(beating.beats).toBeGreaterThan(0);
  await stack.server.release(1);
  await stack.server.until(({ held }) => held === 1);
  expect(await nodeOf(second.runId)).toMatchObject({ status: 'running', waitingSince: null });
  await stack.server.release();
  await Promise.all([holder, waiter]);
});

test('a wait longer than allowed gives the reservation back and says when to come again; n does not grow', async () => {
  const gateway = stack.gateway({}, oneAtOnce);
  const first = await testRun(stack.pool);
  const second = await testRun(stack.pool);
  await stack.server.hold();
  const holder = gateway.call(first.call(0), context());
  await stack.server.until(({ held }) => held === 1);
  const error = await failureOf(gateway.call(second.call(0, { maxWaitMs: 200 }), context()), 'RateLimited');
  expect(error.params).toMatchObject({ waitedFor: 'rate-limit', limit: 'concurrent requests', waitMs: 1000 });
  expect(await attemptsOf(stack.pool, `${second.runId}/%`)).toMatchObject([
    { n: 1, state: 'void', failure_class: 'not-sent' },
  ]);
  expect(await sums(stack.pool, `run:${second.runId}`)).toMatchObject({ reserved: 0, unknown: 0 });
  expect((await nodeOf(second.runId)).modelFailures).toBe(0);

  const late = await failureOf(
    gateway.call(second.call(0, { maxWaitMs: 60_000, queueTimeoutMs: 700 }), context()),
    'QueueTimeout',
  );
  expect(late.params).toMatchObject({ waitedFor: 'rate-limit', what: 'limit concurrent requests' });
  await stack.server.release();
  await holder;
  expect((await gateway.call(second.call(0), context())).source).toBe('paid');
  expect(await attemptsOf(stack.pool, `${second.runId}/%`)).toMatchObject([{ n: 1, state: 'settled' }]);
});

test('cancelled while it waits: nothing was sent, nothing is held', async () => {
  const gateway = stack.gateway({}, oneAtOnce);
  const first = await testRun(stack.pool);
  const second = await testRun(stack.pool);
  await stack.server.hold();
  const holder = gateway.call(first.call(0), context());
  await stack.server.until(({ held }) => held === 1);
  const cancel = new AbortController();
  const waiter = gateway.call(second.call(0), context(cancel.signal));
  await until(
    () => attemptsOf(stack.pool, `${second.runId}/%`),
    (attempts) => attempts.length === 1,
  );
  cancel.abort(new Error('the run was cancelled'));
  await expect(waiter).rejects.toThrow('the run was cancelled');
  expect(await attemptsOf(stack.pool, `${second.runId}/%`)).toMatchObject([{ state: 'void' }]);
  await stack.server.release();
  await holder;
  expect(gateway.inFlight).toBe(0);
  expect(await violations(stack.pool)).toEqual([]);
});

test('without Redis nothing is sent; the wait is visible, and ends when Redis is back', async () => {
  const gone = connectRedis('redis://127.0.0.1:1', { onError: () => undefined, commandTimeoutMs: 300 });
  const prefix = `gone-${randomUUID()}`;
  const limiter = createLimiter(gone, { prefix });
  const back = createLimiter(stack.redis, { prefix });
  const { runId, call } = await testRun(stack.pool);
  const { accepted } = await stack.server.state();
  const answer = stack.gateway({ limiter }).call(call(0, { maxWaitMs: 30_000 }), context());
  const shown = await until(
    () => nodeOf(runId),
    ({ status }) => status === 'rate_limited',
  );
  expect(shown.reason).toContain('Redis');
  expect((await stack.server.state()).accepted).toBe(accepted);
  Object.assign(limiter, {
    acquire: back.acquire.bind(back),
    arrived: back.arrived.bind(back),
    release: back.release.bind(back),
  });
  expect((await answer).source).toBe('paid');
  gone.disconnect();
});
