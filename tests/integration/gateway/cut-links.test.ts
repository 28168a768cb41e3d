import { once } from 'node:events';
import { connectRedis, type RedisConnection } from '../../../src/adapters/redis/connection';
import { createLimiter, type Limiter } from '../../../src/adapters/redis/limiter';
import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { sameLimits } from '../../../src/domain/llm/limit-rules';
import type { Limits } from '../../../src/domain/llm/limits';
import type { Gateway, GatewayResult } from '../../../src/gateway';
import { FaultLink } from '../../chaos/harness/fault-link';
import { sums, violations } from '../../support/ledger';
import { until } from '../../support/until';
import { attemptsOf, context, providerLog, startStack, testRun, type Stack, type TestRun } from './support';

/** One call at a time, so that a second one waits for a permit, reserves first and is marked sent afterwards. */
const LIMITS: Limits = { windows: [{ name: 'requests/h', windowMs: 3_600_000, limit: 1_000 }], concurrent: 1 };
const SCOPE = { credential: 'scripted', family: '*', limits: LIMITS };
const DEADLINE_MS = 1_500;

let stack: Stack;
let links: { postgres: FaultLink; redis: FaultLink };
let pool: Pool;
let redis: RedisConnection;
let limiter: Limiter;
let gateway: Gateway;

beforeAll(async () => {
  stack = await startStack();
  links = { postgres: await linkTo(stack.database.url), redis: await linkTo(stack.redisUrl) };
  pool = createPool(through(links.postgres, stack.database.url), {
    max: 5,
    queryTimeoutMs: DEADLINE_MS,
    onIdleError: () => undefined,
  });
  redis = connectRedis(through(links.redis, stack.redisUrl), { onError: () => undefined, commandTimeoutMs: 500 });
  limiter = createLimiter(redis, { prefix: 'cut-links' });
  gateway = stack.gateway({ pool, limiter, limits: sameLimits(LIMITS) });
});
afterEach(() => Object.values(links).forEach((link) => link.mend()));
afterAll(async () => {
  redis.disconnect();
  await pool.end();
  await Promise.all(Object.values(links).map((link) => link.close()));
  await stack.stop();
});

function linkTo(url: string): Promise<FaultLink> {
  return FaultLink.open(Number(new URL(url).port));
}

function through(link: FaultLink, url: string): string {
  return Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(link.port) }).href;
}

/** Two calls at once: one is permitted at once, the other waits for its permit. */
function payTwice({ call }: TestRun, delayMs = 200): Promise<GatewayResult[]> {
  const prompt = (index: number) => `question ${index} [[tokens: 20]] [[delay: ${delayMs}]]`;
  return Promise.all([0, 1].map((index) => gateway.call(call(index, { prompt: prompt(index) }), context())));
}

/** Each was asked for once, paid once, and nothing is held any more. */
async function expectPaidOnce({ runId }: TestRun, results: readonly GatewayResult[]): Promise<void> {
  expect(results.map(({ source }) => source)).toEqual(results.map(() => 'paid'));
  const attempts = await attemptsOf(stack.pool, `${runId}/%`);
  expect(attempts.filter(({ state }) => state !== 'void').map(({ state }) => state)).toEqual(
    results.map(() => 'settled'),
  );
  const asked = (await providerLog(stack.server)).filter(({ attemptKey }) => attemptKey.startsWith(runId));
  expect(asked).toHaveLength(results.length);
  const settled = results.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0);
  expect(await sums(stack.pool, `run:${runId}`)).toMatchObject({ settled, reserved: 0, unknown: 0 });
  expect(await violations(stack.pool)).toEqual([]);
}

describe('the link to PostgreSQL is cut after a COMMIT went out and before its reply', () => {
  test.each(['reserve_and_send', 'reserve', 'mark_sent', 'settle'])('%s', async (step) => {
    const run = await testRun(stack.pool);
    links.postgres.break({ kind: 'lose-reply-to', text: `FROM ${step}(`, times: 1 });
    const results = await payTwice(run);
    expect(links.postgres.hits).toBe(1);
    await expectPaidOnce(run, results);
  });

  test('settle, more often than a statement repeats itself', async () => {
    const run = await testRun(stack.pool);
    // Five tries of one statement, and the first of who asks again after that.
    links.postgres.break({ kind: 'lose-reply-to', text: 'FROM settle(', times: 6 });
    const results = await payTwice(run);
    expect(links.postgres.hits).toBe(6);
    await expectPaidOnce(run, results);
  });
});

describe('a link that is half open, and heals', () => {
  test('to PostgreSQL before the call is reserved: the statement arrives late, and reserves nothing more', async () => {
    const run = await testRun(stack.pool);
    await pool.query('SELECT 1'); // a link that is known to work, as that of a living process is
    links.postgres.break({ kind: 'freeze' });
    const paying = payTwice(run);
    await healOnceGivenUp();
    await expectPaidOnce(run, await paying);
  });

  test('to PostgreSQL while the model answers: the answer is booked once', async () => {
    const run = await testRun(stack.pool);
    const paying = payTwice(run, 600);
    await until(
      async () => (await providerLog(stack.server)).some(({ attemptKey }) => attemptKey.startsWith(run.runId)),
      Boolean,
    );
    links.postgres.break({ kind: 'freeze' });
    await healOnceGivenUp();
    await expectPaidOnce(run, await paying);
  });

  test('to Redis: nothing is granted meanwhile, and each permit is charged once', async () => {
    const run = await testRun(stack.pool);
    const before = (await limiter.usage(SCOPE)).windows[0]!.used;
    const sent = (await providerLog(stack.server)).length;
    links.redis.break({ kind: 'freeze' });
    const paying = payTwice(run);
    const unanswered = () => stack.logged.filter((line) => line.startsWith('limiter: Redis does not answer')).length;
    await until(unanswered, (lines) => lines > 0);
    expect(await providerLog(stack.server)).toHaveLength(sent);
    links.redis.mend();
    await expectPaidOnce(run, await paying);
    expect(await limiter.usage(SCOPE)).toMatchObject({ held: 0, windows: [{ used: before + 2 }] });
  });
});

/** Somebody's deadline has passed: a client whose statement has no answer is not used again. */
async function healOnceGivenUp(): Promise<void> {
  await once(pool, 'remove');
  links.postgres.mend();
}

test.each(['postgres', 'redis'] as const)(
  'over a link to %s that takes 200 ms everything is paid once',
  async (name) => {
    const run = await testRun(stack.pool);
    links[name].break({ kind: 'delay', ms: 100 }); // each way
    const results = await payTwice(run);
    expect(links[name].hits).toBeGreaterThan(0);
    await expectPaidOnce(run, results);
  },
);
