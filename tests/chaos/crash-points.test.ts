import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRunNodes, listAttempts, type Attempt } from '../../src/adapters/postgres';
import { reconcileWithLog } from '../../src/gateway';
import type { CrashPoint } from '../../src/gateway/crash-point';
import { violations } from '../support/ledger';
import { echoAgent, echoGraph } from '../support/graphs';
import { startSystem, TENANT, type StartedRun, type System } from '../support/system';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'longhaul-crash-points-'));

let system: System;
beforeAll(async () => {
  const env = { LONGHAUL_WORKER_REGISTER_DIR: join(folder, 'activities'), LONGHAUL_LEASE_MS: '60000' };
  system = await startSystem({ workers: ['workflows', 'io'], env });
});
afterAll(() => system.close());

const attemptsOf = ({ runId }: StartedRun) => listAttempts(system.pool, { tenant: TENANT, runId, limit: 100 });
const acceptedOf = async ({ runId }: StartedRun) =>
  (await system.modelServer.readAccepted()).filter(({ attemptKey }) => attemptKey?.startsWith(runId)).length;
const statesOf = (attempts: Attempt[]) => attempts.map(({ n, state }) => `#${n} ${state}`).sort();

/** A small payload comes with what names it: a death in between leaves neither. */
async function payloadsOfNobody(): Promise<number> {
  const { rows } = await system.pool.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM payload p WHERE NOT EXISTS
       (SELECT 1 FROM artifact a WHERE a.sha256 = encode(p.sha256, 'hex') AND a.bytes = p.bytes)`,
  );
  return rows[0]!.n;
}

async function settleUnknown(): Promise<void> {
  const log = (await system.modelServer.readAccepted()).map(({ attemptKey, inputTokens, outputTokens }) => ({
    ...{ attemptKey: attemptKey!, inputTokens, outputTokens },
  }));
  const report = await reconcileWithLog(system.pool, TENANT, log, { completeUntil: new Date(), provider: 'scripted' });
  expect(report).toMatchObject({ stillUnknown: 0, missing: [], different: [], differenceMicroUsd: 0 });
}

/**
 * The table of crash points, with a whole run around the call: worker killed by its own hand, successor, retry, end. With
 * a permit at hand reserving and sending are one commit; what lies between them without one is the gateway's test.
 */
describe('the llm worker dies at each point of a call', () => {
  test.each<[CrashPoint, accepted: number, after: string[], reconciled: string[]]>([
    ['before-reserve', 1, ['#1 settled'], ['#1 settled']],
    ['after-sent', 1, ['#1 unknown', '#2 settled'], ['#1 void', '#2 settled']],
    ['after-accept', 2, ['#1 unknown', '#2 settled'], ['#1 settled', '#2 settled']],
    ['after-answer', 2, ['#1 unknown', '#2 settled'], ['#1 settled', '#2 settled']],
    ['after-payload', 2, ['#1 unknown', '#2 settled'], ['#1 settled', '#2 settled']],
    ['after-settle', 1, ['#1 settled'], ['#1 settled']],
  ])('%s: %d accepted in all', async (point, accepted, after, reconciled) => {
    const env = { LONGHAUL_CRASH_POINT: point, LONGHAUL_CRASH_COUNT_FILE: join(folder, point) };
    const dies = await system.startWorker('llm', env);
    const run = await system.startRun(echoGraph([echoAgent('only')]));
    expect(await dies.exited).toBeNull();
    const successor = await system.startWorker('llm', env);
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(await acceptedOf(run)).toBe(accepted);
    expect(statesOf(await attemptsOf(run))).toEqual(after);
    // A worker's death is no failure of the model.
    expect((await getRunNodes(system.pool, TENANT, run.runId))[0]).toMatchObject({
      modelFailures: 0,
      status: 'completed',
    });
    await settleUnknown();
    expect(statesOf(await attemptsOf(run))).toEqual(reconciled);
    expect(await violations(system.pool)).toEqual([]);
    expect(await payloadsOfNobody()).toBe(0);
    expect(await successor.stop()).toBe(0);
  });
});

test('it dies when Temporal has the result: the answer is not asked for again', async () => {
  const first = await system.startWorker('llm');
  await system.modelServer.setFaults('hang:agent=second,times=1');
  const run = await system.startRun(echoGraph([echoAgent('done'), echoAgent('second', { dependencies: ['done'] })]));
  await system.modelServer.until(({ faults }) => faults[0]!.fired === 1);
  await first.stop('SIGKILL');
  const successor = await system.startWorker('llm');
  expect(await run.result()).toMatchObject({ status: 'completed', completed: 2 });
  await system.modelServer.setFaults();
  const calls = (await attemptsOf(run)).map(({ attemptKey }) => attemptKey.slice(run.runId.length + 1)).sort();
  expect(calls).toEqual(['done/0#1', 'second/0#1', 'second/0#2']);
  await successor.stop();
});

test('told to stop in the middle of calls (a deploy): they end first, nothing is sent twice, nothing is left behind', async () => {
  const old = await system.startWorker('llm');
  const agents = ['a', 'b', 'c'].map((name) => echoAgent(name, { says: '[[delay: 1500]]' }));
  const run = await system.startRun(echoGraph([...agents, echoAgent('after', { dependencies: ['a', 'b', 'c'] })]));
  await system.modelServer.until(({ inFlight }) => inFlight === 3);
  const stopped = old.stop('SIGTERM');
  const next = await system.startWorker('llm');
  expect(await stopped).toBe(0);
  expect(await run.result()).toMatchObject({ status: 'completed', completed: 4 });
  expect(statesOf(await attemptsOf(run))).toEqual(Array(4).fill('#1 settled'));
  expect(await acceptedOf(run)).toBe(4);
  await next.stop();
});

test('all connections to PostgreSQL are terminated in the middle of calls: the answers are booked on new ones', async () => {
  const worker = await system.startWorker('llm');
  const agents = ['a', 'b', 'c'].map((name) => echoAgent(name, { says: '[[delay: 800]]' }));
  const run = await system.startRun(echoGraph(agents));
  await system.modelServer.until(({ inFlight }) => inFlight === 3);
  const { rowCount } = await system.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  expect(rowCount).toBeGreaterThan(0);
  expect(await run.result()).toMatchObject({ status: 'completed', completed: 3 });
  expect(statesOf(await attemptsOf(run))).toEqual(Array(3).fill('#1 settled'));
  expect(await acceptedOf(run)).toBe(3);
  expect(await worker.stop()).toBe(0); // a pool without a listener for lost connections would have ended it
});
