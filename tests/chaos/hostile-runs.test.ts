import { randomUUID } from 'node:crypto';
import { connectTemporal } from '../../src/adapters/temporal';
import type { RunStarted } from '../../src/contracts/api.schema';
import { echoAgent, echoGraph } from '../support/graphs';
import { startProduct, type Product } from '../support/product';
import { until } from '../support/until';

jest.setTimeout(180_000);

let product: Product;
beforeAll(async () => void (product = await startProduct()));
afterAll(() => product.close());

async function expectNothingHeld(runId: string): Promise<void> {
  await until(
    async () => (await product.run(runId)).budget!,
    ({ reservedMicroUsd }) => reservedMicroUsd === 0,
  );
  const open = (await product.attempts(runId)).filter(({ state }) => state === 'reserved' || state === 'sent');
  expect(open).toEqual([]);
}

test('a run terminated from outside while it pays: rows are closed, nothing stays reserved, the books agree afterwards', async () => {
  const agents = ['a', 'b', 'c'].map((name) => echoAgent(name, { promptTemplate: `Agent: ${name}\n[[delay: 60000]]` }));
  const runId = await product.start({
    ...echoGraph([...agents, echoAgent('after', { dependencies: ['a'] })]),
    name: 'terminated',
  });
  await until(
    () => product.accepted(runId).length,
    (count) => count === 3,
  );
  const { workflowId } = await product.run(runId);
  const { address, namespace } = product.stack.state.services.temporal!;
  const temporal = await connectTemporal({ address, namespace });
  await temporal.client.workflow.getHandle(workflowId).terminate('by hand');
  await temporal.close();
  const run = await product.ended(runId);
  expect(run).toMatchObject({ status: 'cancelled', reasonCode: 'workflow_terminated' });
  expect(run.agents.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled', 'cancelled']);
  await expectNothingHeld(runId);
  expect((await product.attempts(runId)).map(({ state }) => state)).toEqual(['unknown', 'unknown', 'unknown']);
  expect(await product.reconcile()).toMatchObject({
    differenceMicroUsd: 0,
    missing: [],
    different: [],
    stillUnknown: 0,
  });
});

test('a run cancelled while its calls are in flight: they count as unknown, not as free', async () => {
  const runId = await product.start({
    ...echoGraph([echoAgent('a', { promptTemplate: 'Agent: a\n[[delay: 60000]]' })]),
    name: 'cancelled',
  });
  await until(
    () => product.accepted(runId).length,
    (count) => count === 1,
  );
  await product.api('POST', `/runs/${runId}/cancel`);
  expect(await product.ended(runId)).toMatchObject({ status: 'cancelled' });
  await expectNothingHeld(runId);
  expect((await product.attempts(runId)).map(({ state }) => state)).toEqual(['unknown']);
});

test('an accepted run that cannot be started does not keep those behind it from starting', async () => {
  await product.api('POST', '/graphs', { ...echoGraph([echoAgent('a')]), name: 'behind' });
  const broken = randomUUID();
  await product.pool.query(
    `INSERT INTO run (id, tenant_id, kind, name, workflow_id, created_at) VALUES ($1, 'default', 'agent-run', 'broken', $2, now() - interval '1 day')`,
    [broken, `agent-run/default/broken/${broken}`],
  );
  const { runId } = await product.api<RunStarted>('POST', '/runs', { graph: 'behind' });
  await product.ended(runId);
  await product.pool.query(`UPDATE run SET launch = 'accepted', created_at = now() - interval '1 hour' WHERE id = $1`, [
    runId,
  ]);
  await until(
    async () => (await product.run(runId)).launch,
    (launch) => launch === 'started',
    20_000,
  );
  await product.pool.query('DELETE FROM run WHERE id = $1', [broken]);
});

test('fifty identical requests at once make one run', async () => {
  await product.api('POST', '/graphs', { ...echoGraph([echoAgent('a')]), name: 'fifty' });
  const key = randomUUID();
  const headers = {
    authorization: `Bearer ${product.stack.state.token}`,
    'content-type': 'application/json',
    'idempotency-key': key,
  };
  const post = () =>
    fetch(`${product.stack.state.api!.url}/runs`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ graph: 'fifty' }),
    });
  const answers = await Promise.all(Array.from({ length: 50 }, post));
  expect(
    [...new Set(answers.map(({ status }) => status))].filter((status) => ![201, 202, 409].includes(status)),
  ).toEqual([]);
  const runIds = await Promise.all(
    answers.filter(({ status }) => status !== 409).map(async (answer) => ((await answer.json()) as RunStarted).runId),
  );
  expect(new Set(runIds).size).toBe(1);
  const again = (await (await post()).json()) as RunStarted;
  expect(again.runId).toBe(runIds[0]);
  expect(await product.ended(again.runId)).toMatchObject({ status: 'completed' });
  const { rows } = await product.pool.query(`SELECT count(*)::int AS runs FROM run WHERE name = 'fifty'`);
  expect(rows).toEqual([{ runs: 1 }]);
});

test.each([
  ['an agent that has a millionth of a second', { timeoutSeconds: 0.000001, maxRetries: 1 }, {}],
  ['a fraction of a millisecond', { timeoutSeconds: 0.0123456789, maxRetries: 0 }, {}],
  ['a run that has a millionth of a second', {}, { timeoutSeconds: 0.000001 }],
  ['a budget of a millionth of a dollar', {}, { costBudgetUsd: 0.000001 }],
  [
    'delays of a fraction',
    {
      maxRetries: 2,
      timeoutSeconds: 0.001,
      retryPolicy: { strategy: 'exponential_backoff', baseDelaySeconds: 0.00033, exponentialBase: 1.7 },
    },
    {},
  ],
])('%s ends in order', async (what, agent, limits) => {
  const name = `tiny_${what.replace(/\W+/g, '_').slice(0, 60)}`;
  const runId = await product.start({ ...echoGraph([echoAgent('a', agent)]), ...limits, name });
  const run = await product.ended(runId, 60_000);
  expect(['failed', 'completed']).toContain(run.status);
  await expectNothingHeld(runId);
});

test('a schema whose pattern never ends costs two answers, not the worker', async () => {
  const pid = product.stack.state.workers.find(({ role }) => role === 'llm')!.pid;
  const schema = { type: 'object', properties: { t: { type: 'string', pattern: '^(\\w+\\s?)*$' } }, required: ['t'] };
  const agent = echoAgent('a', { llmConfig: { model: 'scripted-echo', maxTokens: 60, responseSchema: schema } });
  const beside = echoAgent('b', { promptTemplate: 'Agent: b\n[[delay: 3000]]' });
  const runId = await product.start({
    ...echoGraph([agent, beside], { allowPartialCompletion: true }),
    name: 'endless_pattern',
  });
  const run = await product.ended(runId);
  expect(run.agents.find(({ name }) => name === 'b')).toMatchObject({ status: 'completed' });
  expect(product.stack.state.workers.find(({ role }) => role === 'llm')!.pid).toBe(pid);
  await expectNothingHeld(runId);
});
