import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { expire } from '../../../src/adapters/postgres/ledger';
import { closeRun } from '../../../src/adapters/postgres/runs';
import { reconcileWithLog } from '../../../src/gateway';
import type { CrashPoint } from '../../../src/gateway/crash-point';
import type { GatewayDelivery } from '../../../src/gateway/types';
import { sums, TENANT, violations } from '../../support/ledger';
import { startCaller } from './caller';
import { attemptsOf, providerLog, startStack, testRun, type Stack } from './support';

let stack: Stack;
beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.stop());
const folder = mkdtempSync(join(tmpdir(), 'longhaul-crash-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Nothing is at hand: room is reserved, then a permit is waited for. */
const NO_PERMITS = { windows: [], concurrent: 0 };
const LIMITS = { windows: [{ name: 'requests/min', windowMs: 60_000, limit: 1000 }], concurrent: 3 };

interface Expected {
  /** Requests that the provider accepted in all, the one before the crash included. */
  accepted: number;
  before: string[];
  /** After the second process has made the same call. */
  after: string[];
  source: 'paid' | 'stored';
  reconciled: { settled: number; voided: number };
}

const nothing = { settled: 0, voided: 0 };
/** The provider has done the work, and nobody has the answer: it is paid for twice, and the log says so. */
const billedAndLost: Expected = {
  accepted: 2,
  before: ['sent'],
  after: ['unknown', 'settled'],
  source: 'paid',
  reconciled: { settled: 1, voided: 0 },
};

/** The provider has the answer under an id that is stored: it is fetched, and settled on the attempt that paid for it. */
const fetched: Expected = {
  accepted: 1,
  before: ['sent'],
  after: ['settled'],
  source: 'paid',
  reconciled: nothing,
};

const IN_ONE_REQUEST: [CrashPoint, Expected][] = [
  ['before-reserve', { accepted: 1, before: [], after: ['settled'], source: 'paid', reconciled: nothing }],
  ['after-reserve', { accepted: 1, before: ['reserved'], after: ['settled'], source: 'paid', reconciled: nothing }],
  ['after-sent', { ...billedAndLost, accepted: 1, reconciled: { settled: 0, voided: 1 } }],
  ['after-accept', billedAndLost],
  ['after-answer', billedAndLost],
  ['after-payload', billedAndLost],
  ['after-settle', { accepted: 1, before: ['settled'], after: ['settled'], source: 'stored', reconciled: nothing }],
];

/** Until its id is stored, a background response is lost like any other: OpenAI cannot be asked by our key. */
const IN_BACKGROUND: [CrashPoint, Expected][] = [
  ['before-reserve', { accepted: 1, before: [], after: ['settled'], source: 'paid', reconciled: nothing }],
  ['after-reserve', { accepted: 1, before: ['reserved'], after: ['settled'], source: 'paid', reconciled: nothing }],
  ['after-sent', { ...billedAndLost, accepted: 1, reconciled: { settled: 0, voided: 1 } }],
  ['after-accept', billedAndLost],
  ['after-response-id', fetched],
  ['after-answer', fetched],
  ['after-payload', fetched],
  ['after-settle', { accepted: 1, before: ['settled'], after: ['settled'], source: 'stored', reconciled: nothing }],
];

describe('killed at each point of a call, then called again', () => {
  test.each(IN_ONE_REQUEST)('%s', (point, expected) => crashed('sync', point, expected), 60_000);
  test.each(IN_BACKGROUND)(
    '%s, in the background',
    (point, expected) => crashed('background', point, expected),
    60_000,
  );
});

describe('at a provider that honours idempotency keys', () => {
  beforeAll(() => stack.server.setIdempotency(true));
  afterAll(() => stack.server.setIdempotency(false));

  /** Lost by a process that was killed; the provider has the answer and has billed it. */
  async function lostCall(name: string) {
    const { runId, call } = await testRun(stack.pool);
    const { buildArtifacts: _unused, ...request } = call(0);
    const options = { ...{ calls: [request], limits: LIMITS, prefix: name }, idempotentProviders: 'scripted' };
    const env = { LONGHAUL_CRASH_POINT: 'after-accept', LONGHAUL_CRASH_COUNT_FILE: join(folder, name) };
    expect(await startCaller(stack, { ...options, env }).done).toMatchObject({ signal: 'SIGKILL' });
    const again = () => startCaller(stack, { ...options, env }).done;
    return { runId, again };
  }

  async function reconciled(runId: string) {
    const log = (await providerLog(stack.server)).filter((row) => row.attemptKey.startsWith(runId));
    expect(log).toHaveLength(1);
    const report = await reconcileWithLog(stack.pool, TENANT, log, { completeUntil: new Date(), provider: 'scripted' });
    expect(await violations(stack.pool)).toEqual([]);
    return report;
  }

  test('while the run goes on the bill of a lost attempt is nobody’s yet; then it is the settled one’s', async () => {
    const { runId, again } = await lostCall(`early-${randomUUID()}`);
    await revokeAll();
    expect(await reconciled(runId)).toMatchObject({ settled: 0, voided: 0 });
    expect(await sums(stack.pool, `run:${runId}`)).toMatchObject({ settled: 0, reserved: 0 });
    const { outcomes } = await again();
    expect(outcomes).toMatchObject([{ source: 'paid' }]);
    expect(await reconciled(runId)).toMatchObject({ settled: 0, voided: 1, differenceMicroUsd: 0 });
    const [first, second] = await attemptsOf(stack.pool, `${runId}/%`);
    expect([first!.state, second!.state]).toEqual(['void', 'settled']);
    expect(await sums(stack.pool, `run:${runId}`)).toMatchObject({ settled: second!.actual_micro_usd, unknown: 0 });
  });

  test('of a run that is over the lost attempt is billed', async () => {
    const { runId } = await lostCall(`over-${randomUUID()}`);
    await revokeAll();
    await closeRun(stack.pool, { tenant: TENANT, runId, status: 'cancelled', reasonCode: 'cancelled', reason: 'test' });
    expect(await reconciled(runId)).toMatchObject({ settled: 1, voided: 0, differenceMicroUsd: 0 });
    expect((await attemptsOf(stack.pool, `${runId}/%`)).map(({ state }) => state)).toEqual(['settled']);
  });

  /** What dead processes held is held at its maximum. */
  async function revokeAll(): Promise<void> {
    await stack.pool.query(`UPDATE attempt SET lease_until = '-infinity' WHERE state = 'sent'`);
    await expire(stack.pool, { limit: 1_000, graceMs: 0 });
  }

  test.each<[CrashPoint, string[]]>([
    ['after-sent', ['unknown', 'settled']],
    ['after-accept', ['unknown', 'settled']],
    ['after-answer', ['unknown', 'settled']],
    ['after-payload', ['unknown', 'settled']],
    ['after-settle', ['settled']],
  ])(
    'killed %s, the call is billed once, and the ledger says so',
    async (point, after) => {
      const { runId, call } = await testRun(stack.pool);
      const { buildArtifacts: _unused, ...request } = call(0);
      const options = {
        calls: [request],
        limits: LIMITS,
        prefix: `key-${randomUUID()}`,
        idempotentProviders: 'scripted',
      };
      const env = { LONGHAUL_CRASH_POINT: point, LONGHAUL_CRASH_COUNT_FILE: join(folder, `key-${point}`) };
      expect(await startCaller(stack, { ...options, leaseMs: 60_000, env }).done).toMatchObject({ signal: 'SIGKILL' });
      const { outcomes } = await startCaller(stack, { ...options, env }).done;
      expect(outcomes).toMatchObject([{ source: after.length === 2 ? 'paid' : 'stored' }]);
      expect((await attemptsOf(stack.pool, `${runId}/%`)).map(({ state }) => state)).toEqual(after);
      const log = (await providerLog(stack.server)).filter((row) => row.attemptKey.startsWith(runId));
      expect(log).toHaveLength(1);

      const report = await reconcileWithLog(stack.pool, TENANT, await providerLog(stack.server), {
        completeUntil: new Date(),
        provider: 'scripted',
      });
      expect(report).toMatchObject({
        ...{ settled: 0, voided: after.length - 1, stillUnknown: 0, missing: [], duplicates: [], different: [] },
        differenceMicroUsd: 0,
      });
      const paid = (await attemptsOf(stack.pool, `${runId}/%`)).at(-1)!.actual_micro_usd;
      expect(await sums(stack.pool, `run:${runId}`)).toMatchObject({ reserved: 0, unknown: 0, settled: paid });
      expect(await violations(stack.pool)).toEqual([]);
    },
    60_000,
  );
});

async function crashed(delivery: GatewayDelivery, point: CrashPoint, expected: Expected): Promise<void> {
  const { runId, call } = await testRun(stack.pool);
  const { buildArtifacts: _unused, ...request } = call(0, { delivery });
  const options = { calls: [request], limits: LIMITS, prefix: `crash-${randomUUID()}`, leaseMs: 60_000 };
  const count = join(folder, `${delivery}-${point}`);
  const env = { LONGHAUL_CRASH_POINT: point, LONGHAUL_CRASH_COUNT_FILE: count };
  const states = async () => (await attemptsOf(stack.pool, `${runId}/%`)).map(({ state }) => state);

  const limits = point === 'after-reserve' ? NO_PERMITS : LIMITS;
  const killed = await startCaller(stack, { ...options, limits, env }).done;
  expect(killed).toMatchObject({ signal: 'SIGKILL', outcomes: [] });
  expect(await states()).toEqual(expected.before);

  // The lease would last a minute: that the second process does not wait for it shows that it knows the first is gone.
  const began = performance.now();
  const { outcomes } = await startCaller(stack, { ...options, env }).done;
  expect(performance.now() - began).toBeLessThan(45_000);
  expect(outcomes).toMatchObject([{ source: expected.source }]);
  expect(await states()).toEqual(expected.after);

  const log = (await providerLog(stack.server)).filter((row) => row.attemptKey.startsWith(runId));
  expect(log).toHaveLength(expected.accepted);
  const book = await sums(stack.pool, `run:${runId}`);
  expect(book.reserved).toBe(0);

  const report = await reconcileWithLog(stack.pool, TENANT, await providerLog(stack.server), {
    completeUntil: new Date(),
    provider: 'scripted',
  });
  expect(report).toMatchObject({
    ...expected.reconciled,
    stillUnknown: 0,
    missing: [],
    duplicates: [],
    different: [],
    differenceMicroUsd: 0,
  });
  expect((await sums(stack.pool, `run:${runId}`)).unknown).toBe(0);
  expect(await violations(stack.pool)).toEqual([]);
}

/** Where a whole group is between two commits, or has just had one in common. */
test.each<CrashPoint>(['after-reserve', 'after-sent', 'after-settle'])(
  'killed %s of a group of eight: each call is paid, and its books agree',
  async (point) => {
    const { runId, call } = await testRun(stack.pool);
    const calls = Array.from({ length: 8 }, (_, index) => {
      const { buildArtifacts: _unused, ...request } = call(index);
      return request;
    });
    const many = { ...LIMITS, concurrent: 8 };
    const options = { calls, limits: many, prefix: `group-${randomUUID()}`, leaseMs: 60_000, parallel: 8 };
    const env = { LONGHAUL_CRASH_POINT: point, LONGHAUL_CRASH_COUNT_FILE: join(folder, `group-${point}`) };
    const limits = point === 'after-reserve' ? NO_PERMITS : many;
    expect(await startCaller(stack, { ...options, limits, env }).done).toMatchObject({ signal: 'SIGKILL' });
    const { outcomes } = await startCaller(stack, { ...options, env }).done;
    expect(outcomes).toHaveLength(8);
    expect(outcomes.every((outcome) => 'source' in outcome)).toBe(true);
    const results = await stack.pool.query('SELECT 1 FROM call_result WHERE run_id = $1', [runId]);
    expect(results.rowCount).toBe(8);
    const log = await providerLog(stack.server);
    const report = await reconcileWithLog(stack.pool, TENANT, log, { completeUntil: new Date(), provider: 'scripted' });
    expect(report).toMatchObject({
      stillUnknown: 0,
      missing: [],
      duplicates: [],
      different: [],
      differenceMicroUsd: 0,
    });
    expect(await sums(stack.pool, `run:${runId}`)).toMatchObject({ reserved: 0, unknown: 0 });
    expect(await violations(stack.pool)).toEqual([]);
  },
  60_000,
);

test('stopped for longer than a heartbeat and continued: nothing is paid twice', async () => {
  const { runId, call } = await testRun(stack.pool);
  const { buildArtifacts: _unused, ...request } = call(0);
  await stack.server.hold();
  const { child, done } = startCaller(stack, { calls: [request], limits: LIMITS, prefix: `stop-${randomUUID()}` });
  await stack.server.until(({ held }) => held === 1);
  child.kill('SIGSTOP');
  const second = stack.gateway().call(call(0), { signal: new AbortController().signal, heartbeat: () => undefined });
  await stack.server.release();
  await stack.server.until(({ inFlight }) => inFlight === 0);
  child.kill('SIGCONT');
  expect((await done).outcomes).toMatchObject([{ source: 'paid' }]);
  expect((await second).source).toBe('stored');
  expect((await attemptsOf(stack.pool, `${runId}/%`)).map(({ state }) => state)).toEqual(['settled']);
});
