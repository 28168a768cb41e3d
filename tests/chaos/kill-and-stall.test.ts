import type { RunView } from '../../src/contracts/api.schema';
import { echoAgent, layeredGraph } from '../support/graphs';
import { startProduct, type Product } from '../support/product';
import { until } from '../support/until';

jest.setTimeout(180_000);

let product: Product;
beforeAll(async () => void (product = await startProduct()));
afterAll(() => product.close());

const graph = (name: string) => ({
  ...layeredGraph(4, 5, (i) => ({ promptTemplate: `Agent: n${i}\n[[delay: 300]]` })),
  name,
});
const pidOf = (role: string) => product.stack.state.workers.find((worker) => worker.role === role)!.pid;

/** Waits until the run is in the middle: something is stored, something is under way. */
const midway = (runId: string) =>
  until(
    () => product.run(runId),
    ({ agents, statistics }) => statistics.completed >= 4 && agents.some(({ status }) => status === 'running'),
  );

/** Keys of calls that were accepted more than once. */
function repeated(runId: string): string[] {
  const calls = product.accepted(runId).map(({ attemptKey }) => attemptKey!.replace(/#\d+$/, ''));
  return [...new Set(calls.filter((call, index) => calls.indexOf(call) !== index))];
}

/** Before reconciliation: settled ≤ the server's book ≤ settled + unknown. After it: equal, to the micro-dollar. */
async function expectHonestBooks(run: RunView): Promise<void> {
  const attempts = await product.attempts(run.runId);
  const known = attempts.filter(({ state }) => state === 'settled').length;
  const unknown = attempts.filter(({ state }) => state === 'unknown').length;
  const accepted = product.accepted(run.runId).length;
  expect(known).toBeLessThanOrEqual(accepted);
  expect(accepted).toBeLessThanOrEqual(known + unknown);
  const report = await product.reconcile();
  expect(report).toMatchObject({ differenceMicroUsd: 0, missing: [], different: [], duplicates: [], stillUnknown: 0 });
  const after = await product.attempts(run.runId);
  expect(
    after
      .filter(({ state }) => state === 'settled')
      .map(({ attemptKey }) => attemptKey)
      .sort(),
  ).toEqual(
    product
      .accepted(run.runId)
      .map(({ attemptKey }) => attemptKey)
      .sort(),
  );
  const { budget } = await product.run(run.runId);
  expect(budget!.settledMicroUsd).toBe(after.reduce((sum, { actualMicroUsd }) => sum + (actualMicroUsd ?? 0), 0));
  expect(budget).toMatchObject({ reservedMicroUsd: 0, unknownMicroUsd: 0 });
}

test('the workflow worker is killed in the middle: the run completes, no call is paid twice', async () => {
  const runId = await product.start(graph('kill_workflows'));
  await midway(runId);
  product.stack.kill('worker-workflows', 'SIGKILL');
  const run = await product.ended(runId);
  expect(run).toMatchObject({ status: 'completed', statistics: { completed: 20 } });
  expect(repeated(runId)).toEqual([]);
  await expectHonestBooks(run);
});

test('the llm worker is killed in the middle: only calls in flight are repeated, nothing stored is paid again', async () => {
  const runId = await product.start(graph('kill_llm'));
  const before = await midway(runId);
  const stored = before.agents.filter(({ status }) => status === 'completed').map(({ name }) => `${runId}/${name}/0`);
  const pid = pidOf('llm');
  product.stack.kill('worker-llm', 'SIGKILL');
  const run = await product.ended(runId);
  expect(pidOf('llm')).not.toBe(pid);
  expect(run).toMatchObject({ status: 'completed', statistics: { completed: 20 } });
  expect(repeated(runId).filter((call) => stored.includes(call))).toEqual([]);
  expect(repeated(runId).length).toBeLessThanOrEqual(10);
  await expectHonestBooks(run);
});

test('the llm worker is killed while answers are made in the background: all are fetched, and none is paid twice', async () => {
  const inBackground = {
    ...layeredGraph(2, 5, (i) => ({ delivery: 'background', promptTemplate: `Agent: n${i}\n[[delay: 3000]]` })),
    name: 'kill_llm_background',
  };
  const runId = await product.start(inBackground);
  await until(
    () => responsesUnderWay(runId),
    (count) => count === 5,
  );
  const pid = pidOf('llm');
  product.stack.kill('worker-llm', 'SIGKILL');
  const run = await product.ended(runId);
  expect(pidOf('llm')).not.toBe(pid);
  expect(run).toMatchObject({ status: 'completed', statistics: { completed: 10 } });
  expect(product.accepted(runId)).toHaveLength(10);
  expect(repeated(runId)).toEqual([]);
  expect((await product.attempts(runId)).map(({ state }) => state)).toEqual(Array(10).fill('settled'));
  await expectHonestBooks(run);
});

/** Attempts whose answer the provider makes under an id that is stored. */
async function responsesUnderWay(runId: string): Promise<number> {
  const { rows } = await product.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM attempt WHERE run_id = $1 AND state = 'sent' AND response_id IS NOT NULL`,
    [runId],
  );
  return rows[0]!.count;
}

test('the Temporal server is killed in the middle: the run completes, no call is paid twice', async () => {
  const runId = await product.start(graph('kill_temporal'));
  await midway(runId);
  product.stack.kill('temporal', 'SIGKILL');
  const run = await product.ended(runId);
  expect(run).toMatchObject({ status: 'completed', statistics: { completed: 20 } });
  expect(repeated(runId)).toEqual([]);
  await expectHonestBooks(run);
});

test('the llm worker is stopped for 5 s and continued: its calls are waited for, none is paid twice', async () => {
  const slow = {
    ...layeredGraph(2, 5, (i) => ({ promptTemplate: `Agent: n${i}\n[[delay: 1500]]` })),
    name: 'stop_llm',
  };
  const runId = await product.start(slow);
  await until(
    () => product.accepted(runId).length,
    (count) => count >= 5,
  );
  const pid = pidOf('llm');
  process.kill(pid, 'SIGSTOP');
  // eslint-disable-next-line no-restricted-syntax -- the stall is the fault: its length is what is tested, so this is no race
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  process.kill(pid, 'SIGCONT');
  const run = await product.ended(runId);
  expect(run).toMatchObject({ status: 'completed', statistics: { completed: 10 } });
  expect(repeated(runId)).toEqual([]);
  await expectHonestBooks(run);
});

test('Redis is emptied and PostgreSQL restarted in the middle: nothing is lost', async () => {
  const runId = await product.start(graph('kill_stores'));
  await midway(runId);
  product.stack.kill('redis', 'SIGKILL');
  product.stack.kill('postgres', 'SIGINT');
  const run = await product.ended(runId, 150_000);
  expect(run).toMatchObject({ status: 'completed', statistics: { completed: 20 } });
  await expectHonestBooks(run);
});

test('a prompt that kills its worker ends as poison after three unknown attempts, not in a loop', async () => {
  await product.control('faults', { faults: ['hang:agent=poison'] });
  const runId = await product.start({
    name: 'poison_graph',
    ...{ agents: [echoAgent('poison', { timeoutSeconds: 120 })] },
  });
  for (let kill = 0; kill < 3; kill += 1) {
    await until(
      () => product.accepted(runId).length,
      (count) => count === kill + 1,
      60_000,
    );
    product.stack.kill('worker-llm', 'SIGKILL');
  }
  const run = await product.ended(runId);
  await product.control('faults', { faults: [] });
  expect(run.agents[0]).toMatchObject({ status: 'failed', reasonCode: 'poison_call' });
  expect(product.accepted(runId)).toHaveLength(3);
});
