import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runHistorySchema, type RunView } from '../../src/contracts/api.schema';
import type { ReplayReport } from '../../src/replay/report';
import { chain, startApi, TOKEN, type ApiUnderTest } from '../support/api';
import { echoAgent, echoGraph } from '../support/graphs';
import { startModelServer, type ModelServer } from '../support/model-server';
import { startProgram, type Program } from '../support/programs';
import { until } from '../support/until';
import { longhaulIn, onlyLine } from './longhaul';
import { makeFolder, removeFolder } from './stack-folder';

jest.setTimeout(60_000);

/** History over HTTP and at the command line: of a run that goes on, of a finished one, and when there is none. */
const dir = makeFolder();
let modelServer: ModelServer;
let under: ApiUnderTest;
let worker: Program;
let longhaul: ReturnType<typeof longhaulIn>;
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
  longhaul = longhaulIn(dir, { LONGHAUL_API_URL: under.url, LONGHAUL_API_TOKEN: TOKEN });
});
afterAll(async () => {
  await worker.stop();
  await modelServer.stop();
  await under.close();
  removeFolder(dir);
});

const startRun = async (graph: { name: string }): Promise<string> => {
  await under.api.post('/graphs').send(graph).expect(201);
  return ((await under.api.post('/runs').send({ graph: graph.name }).expect(201)).body as { runId: string }).runId;
};
const isStored = async (runId: string) => {
  const sql = 'SELECT 1 FROM run WHERE id = $1 AND history_ref IS NOT NULL';
  return (await under.deps.pool.query(sql, [runId])).rowCount === 1;
};

test('a finished run is exported to a file and replayed without a server, by file and by run', async () => {
  const runId = await startRun(chain('kept', 2));
  await until(() => isStored(runId), Boolean);
  expect(await longhaul.json('history', 'export', runId, '--out', 'run.json')).toMatchObject({ file: 'run.json' });
  const document = runHistorySchema.parse(JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')));
  expect(document).toMatchObject({ runId, closed: true, complete: true, configuration: { graphVersion: 1 } });

  const offline = longhaulIn(dir, { TEMPORAL_ADDRESS: '127.0.0.1:1' });
  const report = (await offline.json('history', 'replay', 'run.json')) as ReplayReport;
  expect(report).toMatchObject({ outcome: 'replayed', sameCode: true, executions: [{ otherArguments: [] }] });
  const byRun = await longhaul.run('history', 'replay', runId);
  expect(byRun).toMatchObject({ code: 0, stdout: expect.stringContaining('replays') as string });
});

test('a run that goes on shows its history so far', async () => {
  const runId = await startRun({ ...echoGraph([echoAgent('slow', { says: '[[delay: 30000]]' })]), name: 'slow' });
  await modelServer.until(({ inFlight }) => inFlight > 0);
  const { stdout } = await longhaul.run('history', 'export', runId);
  expect(runHistorySchema.parse(JSON.parse(stdout))).toMatchObject({ runId, closed: false });
  expect(await longhaul.json('history', 'replay', runId)).toMatchObject({ outcome: 'replayed' });
  await under.api.post(`/runs/${runId}/cancel`).send({}).expect(202);
});

test('says what there is not', async () => {
  const { body } = await under.api.get('/runs/01938f3a-7c00-7000-8000-0123456789ab/history').expect(404);
  expect(body).toMatchObject({ code: 'NotFound' });
  await under.api.post('/graphs').send(chain('noted')).expect(201);
  const { body: run } = (await under.api.post('/runs').send({ graph: 'noted' }).expect(201)) as { body: RunView };
  await until(() => isStored(run.runId), Boolean);
  await under.deps.pool.query(`UPDATE run SET history_ref = NULL, history_note = 'past retention' WHERE id = $1`, [
    run.runId,
  ]);
  const { body: gone } = await under.api.get(`/runs/${run.runId}/history`).expect(410);
  expect(gone).toMatchObject({
    code: 'HistoryUnavailable',
    detail: expect.stringContaining('past retention') as string,
  });
});

test('a file that is none is refused, in words and as JSON', async () => {
  writeFileSync(join(dir, 'none.json'), '{"events": []}');
  const answer = await longhaul.run('history', 'replay', 'none.json', '--json');
  expect(answer.code).toBe(1);
  expect(onlyLine(answer)).toMatchObject({ error: { code: 'UnusableFile' } });
  expect(await longhaul.run('history', 'replay', 'nowhere.json')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no such file') as string,
  });
});
