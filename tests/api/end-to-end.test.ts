import type { RunView } from '../../src/contracts/api.schema';
import { startApi, chain, type ApiUnderTest } from '../support/api';
import { startModelServer, type ModelServer } from '../support/model-server';
import { startProgram, type Program } from '../support/programs';
import { until } from '../support/until';

/** The whole way over HTTP: definition, run, events, result, artifacts, ledger against the model server's own book. */
let modelServer: ModelServer;
let under: ApiUnderTest;
let worker: Program;
beforeAll(async () => {
  modelServer = await startModelServer();
  under = await startApi();
  const { settings } = under.deps;
  worker = await startProgram('worker/main.js', ['--role', 'all'], {
    PATH: process.env['PATH'],
    HOME: settings.payloads.dir,
    DATABASE_URL: settings.postgres.url,
    REDIS_URL: settings.redis.url,
    TEMPORAL_ADDRESS: settings.temporal.address,
    LONGHAUL_PAYLOAD_DIR: settings.payloads.dir,
    LONGHAUL_TASK_QUEUE_PREFIX: settings.temporal.taskQueuePrefix,
    LONGHAUL_MODEL_SERVER_URL: modelServer.url,
    LONGHAUL_LOG_LEVEL: 'warn',
  });
});
afterAll(async () => {
  await worker.stop();
  await modelServer.stop();
  await under.close();
});

const viewOf = (path: string) => async () => (await under.api.get(path).expect(200)).body as RunView;

it('runs a graph that was posted, and answers for every cent', async () => {
  await under.api.post('/graphs').send(chain('whole', 3)).expect(201);
  const { body: started } = await under.api
    .post('/runs')
    .send({ graph: 'whole', inputs: { word: 'longhaul' } })
    .expect(201);
  const run = await until(viewOf(started.links.self), ({ status }) => status !== 'pending' && status !== 'running');
  expect(run).toMatchObject({ status: 'completed', launch: 'closed', statistics: { completed: 3, totalCalls: 3 } });
  expect(run.budget).toMatchObject({
    settledMicroUsd: run.statistics.totalCostMicroUsd,
    reservedMicroUsd: 0,
    unknownMicroUsd: 0,
  });

  const { body: result } = await under.api.get(started.links.result).expect(200);
  expect(result.outputs.a0.output.content).toContain('longhaul');
  const { body: events } = await under.api.get(`${started.links.events}?type=agent-completed`).expect(200);
  expect(events.items.map((event: { node: string }) => event.node)).toEqual(['a0', 'a1', 'a2']);
  const { body: outputs } = await under.api
    .get('/artifacts')
    .query({ session: started.runId, tag: 'output' })
    .expect(200);
  expect(outputs.items).toHaveLength(3);

  const book = await modelServer.readLog();
  const log = book.map((line) => JSON.stringify(line)).join('\n');
  const { body: report } = await under.api.post('/ledger/reconcile').type('application/x-ndjson').send(log).expect(200);
  expect(report).toMatchObject({
    matched: 3,
    missing: [],
    different: [],
    differenceMicroUsd: 0,
    ledgerMicroUsd: run.statistics.totalCostMicroUsd,
  });
  const { body: status } = await under.api.get('/system/status').expect(200);
  expect(status.monitoring).toMatchObject({
    runs: { completed: 1, successRatePercent: 100 },
    agents: { executed: 3, failed: 0 },
  });
});

it('cancels a run over HTTP, and keeps what was completed', async () => {
  await modelServer.hold();
  await under.api.post('/graphs').send(chain('held', 2)).expect(201);
  const { body: started } = await under.api.post('/runs').send({ graph: 'held' }).expect(201);
  await until(viewOf(started.links.self), ({ statistics }) => statistics.running === 1);
  await under.api.post(`${started.links.self}/cancel`).expect(202);
  const run = await until(viewOf(started.links.self), ({ status }) => status === 'cancelled');
  expect(run.statistics).toMatchObject({ cancelled: 2, completed: 0 });
  await under.api.post(`${started.links.self}/cancel`).expect(409);
});
