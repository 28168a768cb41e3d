import { listCassettes } from '../../src/adapters/postgres/cassettes';
import { getRunNodes } from '../../src/adapters/postgres/run-nodes';
import type { CassetteMode } from '../../src/domain/llm/cassette';
import { echoAgent, echoGraph, layeredGraph } from '../support/graphs';
import type { Program } from '../support/programs';
import { startSystem, TENANT, type StartedRun, type System } from '../support/system';

jest.setTimeout(180_000);

let system: System;
let llm: Program;

beforeAll(async () => {
  system = await startSystem({ workers: [] });
  // Only the llm worker is told where the model server is: whoever plays recordings needs none.
  for (const role of ['workflows', 'io']) await system.startWorker(role, { LONGHAUL_MODEL_SERVER_URL: undefined });
  llm = await system.startWorker('llm');
});
afterAll(() => system.close());
beforeEach(() => system.modelServer.setFaults());

const use = (name: string, mode: CassetteMode) => ({ parameters: { cassette: { name, mode } } });
const accepted = async () => (await system.modelServer.readAccepted()).length;
const nodesOf = ({ runId }: StartedRun) => getRunNodes(system.pool, TENANT, runId);

/** Digests of calls and outputs, by who made them. Results of pure tools are shared by all runs that ask the same. */
async function digestsOf({ runId }: StartedRun): Promise<string[]> {
  const { rows } = await system.pool.query<{ what: string }>(
    `SELECT concat_ws(' ', agent_id, type, tags::text, meta->>'callIndex', sha256) AS what FROM artifact WHERE tenant_id = $1 AND session_id = $2
     AND agent_id IS NOT NULL AND type <> 'tool_result' ORDER BY 1`,
    [TENANT, runId],
  );
  return rows.map(({ what }) => what);
}

async function activitiesOf({ workflowId }: StartedRun): Promise<string[]> {
  const { events } = await system.temporal.client.workflow.getHandle(workflowId).fetchHistory();
  return events!.flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? []);
}

const json = { model: 'scripted-echo', maxTokens: 80, responseFormat: 'json' };
/** Tools, an answer that is asked for again, one that stays useless, and a layer of plain ones. */
const variety = () =>
  echoGraph(
    [
      echoAgent('a'),
      echoAgent('b', { dependencies: ['a'] }),
      echoAgent('sums', {
        tools: ['calculator'],
        dependencies: ['a'],
        says: '[[call: calculator {"expression": "6 * 7"}]] [[answer: $1]]',
      }),
      echoAgent('json', { says: 'Answer in json.', llmConfig: json }),
      echoAgent('useless', { says: 'Answer in json.', llmConfig: json }),
      echoAgent('skipped', { dependencies: ['useless'] }),
      echoAgent('last', { dependencies: ['b', 'sums', 'json'] }),
    ],
    { allowPartialCompletion: true },
  );

test('a run is recorded once and replayed with nobody to ask: the same ends, the same bytes, no cost', async () => {
  await system.modelServer.setFaults('bad-json:agent=useless');
  const recorded = await system.startRun(variety(), use('variety', 'record'));
  expect(await recorded.result()).toMatchObject({ status: 'partially_completed', completed: 5 });
  const paid = await accepted();
  await llm.stop('SIGKILL');
  try {
    const replayed = await system.startRun(variety(), use('variety', 'replay'));
    expect(await replayed.result()).toMatchObject({ status: 'partially_completed', completed: 5, costMicroUsd: 0 });
    expect(await digestsOf(replayed)).toEqual(await digestsOf(recorded));
    const how = ({ name, status, reasonCode, reason }: Awaited<ReturnType<typeof nodesOf>>[number]) => ({
      ...{ name, status, reasonCode, reason },
    });
    expect((await nodesOf(replayed)).map(how)).toEqual((await nodesOf(recorded)).map(how));
    expect(await accepted()).toBe(paid);
    expect(await activitiesOf(replayed)).not.toContain('callAgent');
    expect((await nodesOf(replayed)).reduce((sum, { cassetteHits }) => sum + cassetteHits, 0)).toBe(paid);
  } finally {
    llm = await system.startWorker('llm');
  }
});

test('a call that failed when it was recorded fails its node again, as a miss', async () => {
  const graph = () =>
    echoGraph([echoAgent('good'), echoAgent('bad'), echoAgent('after', { dependencies: ['bad'] })], {
      allowPartialCompletion: true,
    });
  await system.modelServer.setFaults('400:agent=bad');
  const recorded = await system.startRun(graph(), use('failing', 'record'));
  expect(await recorded.result()).toMatchObject({ status: 'partially_completed', completed: 1 });
  await system.modelServer.setFaults();
  const before = await accepted();
  const replayed = await system.startRun(graph(), use('failing', 'replay'));
  expect(await replayed.result()).toMatchObject({ status: 'partially_completed', completed: 1, costMicroUsd: 0 });
  expect(await nodesOf(replayed)).toMatchObject([
    { name: 'good', status: 'completed', cassetteHits: 1 },
    { name: 'bad', status: 'failed', reasonCode: 'cassette_miss', cassetteMisses: 1 },
    { name: 'after', status: 'cancelled', reasonCode: 'dependency_failed' },
  ]);
  expect(await accepted()).toBe(before);
});

test('hybrid: what is recorded is not asked again, what is new is paid, and from then on all of it is recorded', async () => {
  const first = await system.startRun(echoGraph([echoAgent('a'), echoAgent('b')]), use('growing', 'hybrid'));
  expect(await first.result()).toMatchObject({ status: 'completed' });
  const before = await accepted();
  const grown = () => echoGraph([echoAgent('a'), echoAgent('b'), echoAgent('c', { dependencies: ['a', 'b'] })]);
  const second = await system.startRun(grown(), use('growing', 'hybrid'));
  expect(await second.result()).toMatchObject({ status: 'completed', completed: 3 });
  expect(await accepted()).toBe(before + 1);
  expect(await nodesOf(second)).toMatchObject([
    { cassetteHits: 1, cassetteMisses: 0, costMicroUsd: 0 },
    { cassetteHits: 1, cassetteMisses: 0, costMicroUsd: 0 },
    { cassetteHits: 0, cassetteMisses: 1 },
  ]);
  expect(await activitiesOf(second)).toContain('callAgent');
  const third = await system.startRun(grown(), use('growing', 'replay'));
  expect(await third.result()).toMatchObject({ status: 'completed', costMicroUsd: 0 });
  expect(await listCassettes(system.pool, TENANT)).toContainEqual(
    expect.objectContaining({ name: 'growing', recordings: 3, hits: 5 }),
  );
});

test('tools that only other workers know take the ordinary lane, and are answered by the cassette there', async () => {
  const graph = () =>
    echoGraph([
      echoAgent('reader', {
        tools: ['http_get'],
        maxToolRounds: 1,
        says: '[[call: http_get {"url": "http://127.0.0.1:9/"}]] [[answer: $1]]',
      }),
    ]);
  const recorded = await system.startRun(graph(), use('reader', 'record'));
  expect(await recorded.result()).toMatchObject({ status: 'completed' });
  const before = await accepted();
  const replayed = await system.startRun(graph(), use('reader', 'replay'));
  expect(await replayed.result()).toMatchObject({ status: 'completed', costMicroUsd: 0 });
  expect(await accepted()).toBe(before);
  expect(await activitiesOf(replayed)).toContain('callAgent');
});

test('a layered graph: every answer and every output as it was recorded', async () => {
  const graph = layeredGraph(5, 8);
  const recorded = await system.startRun(graph, use('layers', 'record'));
  expect(await recorded.result()).toMatchObject({ status: 'completed' });
  const replayed = await system.startRun(graph, use('layers', 'replay'));
  expect(await replayed.result()).toMatchObject({ status: 'completed', completed: 40, costMicroUsd: 0 });
  expect(await digestsOf(replayed)).toEqual(await digestsOf(recorded));
});

test('the model server is switched off: a recorded run replays all the same', async () => {
  await system.modelServer.stop('SIGKILL');
  const replayed = await system.startRun(layeredGraph(5, 8), use('layers', 'replay'));
  expect(await replayed.result()).toMatchObject({ status: 'completed', completed: 40, costMicroUsd: 0 });
});
