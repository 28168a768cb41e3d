import { randomUUID } from 'node:crypto';
import type { MonitorEvent, RunStarted, RunTimeline, Span, SystemStatus } from '../../src/contracts/api.schema';
import { isTerminalRunStatus } from '../../src/domain/agents/run-state';
import { echoAgent, echoGraph } from '../support/graphs';
import { until } from '../support/until';
import { startWorkingApi, type WorkingApi } from '../support/working-api';

let under: WorkingApi;
let runId: string;
beforeAll(async () => {
  under = await startWorkingApi();
  await under.modelServer.setFaults('500:agent=shaky,times=1', '400:agent=broken');
  runId = await run('watched', [echoAgent('shaky'), echoAgent('fine'), echoAgent('other'), echoAgent('broken')]);
});
afterAll(() => under.close());

async function run(name: string, agents: object[]): Promise<string> {
  await under.api.post('/graphs').send(echoGraph(agents, { name })).expect(201);
  const started = (await under.api.post('/runs').send({ graph: name }).expect(201)).body as RunStarted;
  await until(
    async () => (await under.api.get(`/runs/${started.runId}`)).body.status,
    (status) => isTerminalRunStatus(status),
  );
  return started.runId;
}

describe('events', () => {
  const events = async (query: string): Promise<MonitorEvent[]> =>
    (await under.api.get(`/system/events?${query}`).expect(200)).body.items;

  test('are filtered before the limit: two of a rare kind are found behind many others', async () => {
    for (let count = 0; count < 2; count++)
      await under.api.post('/system/events').send({ type: 'rare', data: { count } }).expect(201);
    for (let count = 0; count < 10; count++)
      await under.api.post('/system/events').send({ type: 'common' }).expect(201);
    const rare = await events('type=rare&limit=2');
    expect(rare.map(({ data }) => data)).toEqual([{ count: 1 }, { count: 0 }]);
    expect((await events('limit=3')).map(({ type }) => type)).toEqual(['common', 'common', 'common']);
  });

  test('of runs and of programs are one list, newest first', async () => {
    await under.api
      .post('/system/events')
      .send({ type: 'mailed', runId, node: 'fine', data: { to: 'me' } })
      .expect(201);
    const items = await events(`runId=${runId}`);
    expect(items[0]).toMatchObject({ type: 'mailed', runId, node: 'fine', data: { to: 'me' } });
    expect(items.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['run-accepted', 'run-started', 'agent-completed', 'run-partially-completed']),
    );
    const times = items.map(({ at }) => Date.parse(at));
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  test('of an unknown run or agent, too large ones, and another tenant’s are refused or unseen', async () => {
    const post = (body: object) => under.api.post('/system/events').send(body);
    await post({ type: 'x', runId: randomUUID() }).expect(404);
    await post({ type: 'x', runId, node: 'nobody' }).expect(404);
    await post({ type: 'x', data: { text: 'y'.repeat(20_000) } }).expect(422);
    const other = await under.variant((deps) => ({ ...deps, settings: { ...deps.settings, tenant: 'other' } }));
    expect((await other.api.get('/system/events').expect(200)).body.items).toEqual([]);
    await other.api.post('/system/events').send({ type: 'x', runId }).expect(404);
  });

  test('with one Idempotency-Key are one event', async () => {
    const post = () => under.api.post('/system/events').set('idempotency-key', 'k').send({ type: 'once' }).expect(201);
    expect((await post()).body).toEqual((await post()).body);
    expect(await events('type=once')).toHaveLength(1);
  });
});

test('the timeline: each attempt with its wait and its end, tools and people beside them, page by page', async () => {
  const page = async (query = ''): Promise<RunTimeline> =>
    (await under.api.get(`/runs/${runId}/timeline${query}`).expect(200)).body;
  const { pool } = under.deps;
  await pool.query(
    `INSERT INTO tool_result (tool_key, tenant_id, run_id, node, tool, arguments_hash, shareable, begun_by)
     VALUES ($1, 'default', $2, 'fine', 'calculator', 'h', true, gen_random_uuid())`,
    [`${runId}/fine/0/tool/0`, runId],
  );
  await pool.query(
    `INSERT INTO human_task (id, tenant_id, run_id, node, task_key, kind, prompt) VALUES ($1, 'default', $2, 'fine', 'fine/question', 'question', '?')`,
    [randomUUID(), runId],
  );
  const { items, nextCursor } = await page('?limit=200');
  expect(nextCursor).toBeNull();
  const shape = ({ kind, node, state, what }: Span) => ({ kind, node, state, what });
  expect(items.filter(({ node }) => node === 'shaky').map(shape)).toEqual([
    { kind: 'attempt', node: 'shaky', state: 'void', what: 'scripted-echo' },
    { kind: 'attempt', node: 'shaky', state: 'settled', what: 'scripted-echo' },
  ]);
  expect((await page('?node=fine')).items.map(shape).slice(1)).toEqual([
    { kind: 'tool', node: 'fine', state: 'running', what: 'calculator' },
    { kind: 'person', node: 'fine', state: 'open', what: 'question' },
  ]);
  for (const { kind, startedAt, sentAt, endedAt } of items.filter(({ kind }) => kind === 'attempt')) {
    expect([kind, Date.parse(startedAt) <= Date.parse(sentAt!), Date.parse(sentAt!) <= Date.parse(endedAt!)]).toEqual([
      'attempt',
      true,
      true,
    ]);
  }
  const paged: Span[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const next: RunTimeline = await page(`?limit=2${cursor && `&cursor=${cursor}`}`);
    paged.push(...next.items);
    cursor = next.nextCursor;
  }
  expect(paged).toEqual(items);
});

test('the system’s status: success rate, averages, retries and failures of what ran', async () => {
  const status = (await under.api.get('/system/status').expect(200)).body as SystemStatus;
  expect(status.engine).toMatchObject({ running: true, totalRuns: 1, openRuns: 0 });
  const { runs, agents, api, uptimeSeconds, eventsRecorded, recentEvents } = status.monitoring;
  expect(runs).toMatchObject({ started: 1, completed: 0, partiallyCompleted: 1, active: 0, successRatePercent: 0 });
  expect(agents).toMatchObject({ executed: 4, failed: 1, active: 0, failureRatePercent: 25 });
  expect(agents.averageExecutionSeconds).toBeGreaterThan(0);
  expect(runs.averageSeconds).toBeGreaterThanOrEqual(agents.averageExecutionSeconds!);
  expect(uptimeSeconds).toBeGreaterThan(0);
  expect(eventsRecorded).toBeGreaterThanOrEqual(recentEvents.length);
  expect(api.calls).toBe(3);
  expect(status.failures).toMatchObject({ retries: 1, permanentFailures: 1, failedAttempts: 2, retryRatePercent: 20 });
  await run('well', [echoAgent('a')]);
  const after = (await under.api.get('/system/status').expect(200)).body as SystemStatus;
  expect(after.monitoring.runs).toMatchObject({ completed: 1, successRatePercent: 50 });
});
