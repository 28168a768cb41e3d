import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from '../../src/client/api-client';
import { exportCassette, importCassette } from '../../src/cli/cassette-files';
import type { RecordingLine, RunView } from '../../src/contracts/api.schema';
import { isTerminalRunStatus } from '../../src/domain/agents/run-state';
import { echoAgent, echoGraph } from '../support/graphs';
import { TOKEN } from '../support/api';
import { until } from '../support/until';
import { startWorkingApi, type WorkingApi } from '../support/working-api';

jest.setTimeout(120_000);

let under: WorkingApi;
let client: ApiClient;
const folder = mkdtempSync(join(tmpdir(), 'longhaul-cassettes-'));
const file = join(folder, 'tape.ndjson');

beforeAll(async () => {
  under = await startWorkingApi({ LONGHAUL_CASSETTE: 'house', LONGHAUL_CASSETTE_MODE: 'hybrid' });
  client = new ApiClient({ url: under.url, token: TOKEN });
  const agents = [echoAgent('a'), echoAgent('b', { dependencies: ['a'] })];
  await under.api
    .post('/graphs')
    .send({ ...echoGraph(agents), name: 'pair' })
    .expect(201);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await under.close();
});

const accepted = async () => (await under.modelServer.readAccepted()).length;

async function finished(cassette?: object): Promise<RunView> {
  const { body } = await under.api.post('/runs').send({ graph: 'pair', cassette }).expect(201);
  return until(
    async () => (await under.api.get(`/runs/${body.runId}`).expect(200)).body as RunView,
    ({ status }) => isTerminalRunStatus(status),
  );
}

test('the installation’s mode holds where a start says nothing, and is stored with the run', async () => {
  const run = await finished();
  expect(run).toMatchObject({
    status: 'completed',
    parameters: { cassette: { name: 'house', mode: 'hybrid' } },
    statistics: { totalCalls: 2, cassetteHits: 0, cassetteMisses: 2 },
  });
  const before = await accepted();
  expect(await finished({ mode: 'replay' })).toMatchObject({
    status: 'completed',
    parameters: { cassette: { name: 'house', mode: 'replay' } },
    statistics: { totalCalls: 0, cassetteHits: 2, cassetteMisses: 0, totalCostMicroUsd: 0 },
    budget: { settledMicroUsd: 0 },
  });
  expect(await accepted()).toBe(before);
  const { body } = await under.api.get('/system/status').expect(200);
  expect(body.cassettes).toEqual({ hits: 2, misses: 2 });
  const off = await finished({ mode: 'off' });
  expect(off.parameters).not.toHaveProperty('cassette');
  expect(await accepted()).toBe(before + 2);
});

test('exported as JSON lines and imported into another cassette it answers the same', async () => {
  expect(await exportCassette(client, 'house', file)).toBe(2);
  expect(readFileSync(file, 'utf8')).not.toMatch(/none-needed|authorization|bearer/i);
  expect(await importCassette(client, 'copy', file)).toBe(2);
  expect(await importCassette(client, 'copy', file)).toBe(2);
  const before = await accepted();
  const [copied, original] = [await finished({ mode: 'replay', name: 'copy' }), await finished({ mode: 'replay' })];
  expect([copied.status, original.status]).toEqual(['completed', 'completed']);
  const result = async ({ runId }: RunView) =>
    JSON.stringify((await under.api.get(`/runs/${runId}/result`).expect(200)).body.outputs).replace(
      /"outputRef":"[^"]+"/g,
      '',
    );
  expect(await result(copied)).toEqual(await result(original));
  expect(await accepted()).toBe(before);
  const { body } = await under.api.get('/cassettes').expect(200);
  expect(body.items).toMatchObject([
    { name: 'copy', recordings: 2, hits: 2 },
    { name: 'house', recordings: 2 },
  ]);
});

test('a line that was changed is refused with its place, and nothing of its part is stored', async () => {
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordingLine);
  lines[1]!.answer.content = 'something else';
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await expect(importCassette(client, 'forged', file)).rejects.toMatchObject({
    code: 'InvalidRequest',
    problems: [{ path: 'records[1].sha256' }],
  });
  await under.api.get('/cassettes/forged/recordings').expect(404);
});

test('a deleted cassette is gone; a replay without it fails with the miss, and asks nobody', async () => {
  await under.api.post('/cassettes/copy/delete').expect(200, { deleted: 2 });
  await under.api.post('/cassettes/copy/delete').expect(404);
  const before = await accepted();
  const run = await finished({ mode: 'replay', name: 'copy' });
  expect(run).toMatchObject({ status: 'failed', statistics: { cassetteHits: 0, cassetteMisses: 1 } });
  expect(run.agents).toMatchObject([{ reasonCode: 'cassette_miss' }, { reasonCode: 'dependency_failed' }]);
  expect(run.agents[0]!.reason).toContain('hybrid');
  expect(await accepted()).toBe(before);
});

test('a name that is no file name and a mode that nobody knows are refused', async () => {
  await under.api
    .post('/runs')
    .send({ graph: 'pair', cassette: { mode: 'replay', name: '../x' } })
    .expect(422);
  await under.api
    .post('/runs')
    .send({ graph: 'pair', cassette: { mode: 'loop' } })
    .expect(422);
});
