import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Redis from 'ioredis';
import type { AcceptedLine, BookLine } from '../../../src/model-server/book';
import type { Limits } from '../../../src/domain/llm/limits';
import { violations } from '../../support/ledger';
import { until } from '../../support/until';
import { startOwnRedis, type OwnRedis } from '../../support/own-redis';
import { startCaller } from './caller';
import { startStack, testRun, type Stack } from './support';

let stack: Stack;
let redis: OwnRedis;
beforeAll(async () => void ([stack, redis] = await Promise.all([startStack(), startOwnRedis()])));
afterAll(async () => {
  await stack.stop();
  await redis.stop();
});

const WINDOW_MS = 8_000;
// As low as it goes and still counts: the limit is to bind, not a machine that is busy with other work.
const LIMIT = 40;
const TOKENS = 4_000;
const CONCURRENT = 12;
const JUMPING_CLOCK = join(__dirname, 'jumping-clock.cjs');
const LIMITS: Limits = {
  windows: [
    { name: 'requests/8 s', windowMs: WINDOW_MS, limit: LIMIT, burst: 10 },
    { name: 'tokens/8 s', windowMs: WINDOW_MS, limit: TOKENS, of: 'tokens' },
  ],
  concurrent: CONCURRENT,
};

/** Makes the calls by so many processes of their own. Returns the provider's own book of them. */
async function spend(
  processes: number,
  calls: number,
  meanwhile: (arrived: () => Promise<number>) => Promise<void>,
  envOf: (process: number) => Record<string, string> = () => ({}),
) {
  const { runId, call } = await testRun(stack.pool, 100_000_000);
  await stack.server.setLatency('slow10:10,120');
  const prefix = `spend-${randomUUID()}`;
  const share = calls / processes;
  const callers = Array.from({ length: processes }, (_, at) => {
    const own = Array.from({ length: share }, (_call, index) => {
      const { buildArtifacts: _unused, ...rest } = call(at * share + index, { maxWaitMs: 90_000 });
      return rest;
    });
    return startCaller(
      { ...stack, redisUrl: redis.url },
      { calls: own, limits: LIMITS, prefix, parallel: 25, env: envOf(at) },
    );
  });
  const ofRun = async () => (await stack.server.readLog()).filter((line) => line.attemptKey?.startsWith(runId));
  const arrived = async () => (await ofRun()).filter(({ kind }) => kind === 'accepted').length;
  const [results] = await Promise.all([Promise.all(callers.map(({ done }) => done)), meanwhile(arrived)]);
  expect(results.flatMap(({ outcomes }) => outcomes.filter((outcome) => 'code' in outcome))).toEqual([]);
  const book = await ofRun();
  expect(book.filter(({ kind }) => kind === 'rejected')).toEqual([]);
  const arrivals = book.filter((line): line is AcceptedLine => line.kind === 'accepted');
  expect(arrivals).toHaveLength(calls);
  return { book, arrivals };
}

function expectNoViolation({ book, arrivals }: { book: BookLine[]; arrivals: AcceptedLine[] }): void {
  expect(mostInAWindow(arrivals, () => 1)).toBeLessThanOrEqual(LIMIT);
  expect(mostInAWindow(arrivals, ({ inputTokens, outputTokens }) => inputTokens + outputTokens)).toBeLessThanOrEqual(
    TOKENS,
  );
  expect(mostAtOnce(book)).toBeLessThanOrEqual(CONCURRENT);
}

test.each([1, 3])(
  '%d process(es): the arrivals at the provider never exceed a limit, and use at least 0.95 of it',
  async (processes) => {
    const spent = await spend(processes, 105, async () => undefined);
    expectNoViolation(spent);
    const began = Date.parse(spent.arrivals[0]!.at);
    const inTime = spent.arrivals.filter(({ at }) => Date.parse(at) < began + 2 * WINDOW_MS).length;
    expect(inTime / (2 * LIMIT)).toBeGreaterThanOrEqual(0.95);
    expect(await violations(stack.pool)).toEqual([]);
  },
  120_000,
);

test('Redis is emptied, then killed in the middle: no limit is exceeded, and every call is made', async () => {
  const reached = (arrived: () => Promise<number>, count: number) => until(arrived, (now) => now >= count, 60_000);
  const spent = await spend(3, 120, async (arrived) => {
    await reached(arrived, 35);
    const client = new Redis(redis.url);
    await client.flushall();
    client.disconnect();
    await reached(arrived, 65);
    await redis.restart();
  });
  expectNoViolation(spent);
  expect(await violations(stack.pool)).toEqual([]);
}, 120_000);

test('wall clocks that are wrong, and jump on the way: no limit is exceeded, and every call is made once', async () => {
  const jumps = ['0', String(2 * 86_400_000), String(-3_600_000)];
  const spent = await spend(
    3,
    105,
    async () => undefined,
    (process) => ({ NODE_OPTIONS: `--require ${JUMPING_CLOCK}`, CLOCK_JUMP_MS: jumps[process]! }),
  );
  expectNoViolation(spent);
  expect(new Set(spent.arrivals.map(({ attemptKey }) => attemptKey)).size).toBe(105);
  expect(await violations(stack.pool)).toEqual([]);
}, 120_000);

/** Stamps are whole milliseconds, so two that are exactly a window apart may be in one. */
function mostInAWindow(arrivals: readonly AcceptedLine[], amountOf: (line: AcceptedLine) => number): number {
  const stamped = arrivals.map((line) => ({ at: Date.parse(line.at), amount: amountOf(line) }));
  return Math.max(
    ...stamped.map(({ at: end }) =>
      stamped.filter(({ at }) => at <= end && at > end - WINDOW_MS).reduce((total, { amount }) => total + amount, 0),
    ),
  );
}

function mostAtOnce(book: readonly { kind: string; at: string }[]): number {
  let open = 0;
  let most = 0;
  for (const { kind } of book) {
    if (kind === 'accepted') most = Math.max(most, (open += 1));
    else open -= 1;
  }
  return most;
}
