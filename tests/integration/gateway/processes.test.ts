import { randomUUID } from 'node:crypto';
import { violations } from '../../support/ledger';
import { startCaller } from './caller';
import { startStack, testRun, type Stack } from './support';

let stack: Stack;
beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.stop());

const WINDOW_MS = 2_000;
const LIMIT = 20;
const CONCURRENT = 6;

test('two processes: the arrivals at the provider never exceed a limit, and use it', async () => {
  const { runId, call } = await testRun(stack.pool, 100_000_000);
  await stack.server.setLatency('slow10:20,250');
  const limits = { windows: [{ name: 'requests/2 s', windowMs: WINDOW_MS, limit: LIMIT }], concurrent: CONCURRENT };
  const prefix = `two-${randomUUID()}`;
  const callsOf = (from: number) =>
    Array.from({ length: 50 }, (_, index) => {
      const { buildArtifacts: _unused, ...rest } = call(from + index, { maxWaitMs: 60_000 });
      return rest;
    });
  const callers = [0, 50].map((from) => startCaller(stack, { calls: callsOf(from), limits, prefix, parallel: 25 }));
  const results = await Promise.all(callers.map(({ done }) => done));
  expect(results.flatMap(({ outcomes }) => outcomes.filter((outcome) => 'code' in outcome))).toEqual([]);

  const book = (await stack.server.readLog()).filter((line) => line.attemptKey?.startsWith(runId));
  expect(book.filter(({ kind }) => kind === 'rejected')).toEqual([]);
  const arrivals = book
    .filter(({ kind }) => kind === 'accepted')
    .map(({ at }) => Date.parse(at))
    .sort((a, b) => a - b);
  expect(arrivals).toHaveLength(100);
  expect(mostInAWindow(arrivals, WINDOW_MS)).toBeLessThanOrEqual(LIMIT);
  expect(mostAtOnce(book)).toBeLessThanOrEqual(CONCURRENT);
  // 100 requests at 20 per 2 s: the last leaves in the fifth window; one window of slack for two starting processes
  expect(arrivals.at(-1)! - arrivals[0]!).toBeLessThan(6 * WINDOW_MS);
  expect(await violations(stack.pool)).toEqual([]);
}, 120_000);

/** Stamps are whole milliseconds, so two that are exactly a window apart may be in one. */
function mostInAWindow(arrivals: readonly number[], windowMs: number): number {
  return Math.max(
    ...arrivals.map((end, at) => arrivals.slice(0, at + 1).filter((start) => start > end - windowMs).length),
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
