import { randomUUID } from 'node:crypto';
import { recordProgress } from '../../src/adapters/postgres';
import { connectTemporalLazily, workflowOutcome } from '../../src/adapters/temporal';
import { chain, startApi, type ApiUnderTest } from '../support/api';

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApi();
  await under.api.post('/graphs').send(chain('talk', 3)).expect(201);
});
afterAll(() => under.close());

const start = (body: object = { graph: 'talk' }) => under.api.post('/runs').send(body);
const finish = (runId: string, delta: Parameters<typeof recordProgress>[1]['delta']) =>
  recordProgress(under.deps.pool, { tenant: 'default', runId, seq: 1_000, delta });

async function runCount(): Promise<number> {
  const { rows } = await under.deps.pool.query<{ count: number }>('SELECT count(*) FROM run');
  return rows[0]!.count;
}

describe('starting a run', () => {
  it('answers 201, and Temporal knows the workflow under a readable id', async () => {
    const { body, headers } = await start().expect(201);
    expect(body).toMatchObject({ status: 'pending', launch: 'started', graph: { name: 'talk', version: 1 } });
    expect(body.workflowId).toBe(`agent-run/default/talk/${body.runId}`);
    expect(headers.location).toBe(`/runs/${body.runId}`);
    expect(body.links.temporalUi).toContain(encodeURIComponent(body.workflowId));
    expect(await workflowOutcome(under.deps.temporal!.client, body.workflowId)).toBe('open');
  });

  it('pins the version it was started with and keeps what the start set', async () => {
    await under.api.post('/graphs').send(chain('pinned')).expect(201);
    await under.api.post('/graphs').send(chain('pinned', 5)).expect(201);
    const parameters = { inputs: { word: 'bye' }, costBudgetUsd: 0.5, maxParallelAgents: 1, timeoutSeconds: 60 };
    const { body } = await start({ graph: { name: 'pinned', version: 1 }, ...parameters }).expect(201);
    const { body: run } = await under.api.get(body.links.self).expect(200);
    expect(run).toMatchObject({
      graphVersion: 1,
      graph: body.graph,
      parameters,
      statistics: { totalAgents: 2, pending: 2 },
    });
    expect(run.budget).toMatchObject({ limitMicroUsd: 500_000, remainingMicroUsd: 500_000, reservedMicroUsd: 0 });
    const { body: latest } = await start({ graph: 'pinned' }).expect(201);
    expect(latest.graph.version).toBe(2);
  });

  it('refuses a run whose templates need an input that nobody brings, before it starts', async () => {
    await under.api
      .post('/graphs')
      .send({ ...chain('needs'), inputs: {} })
      .expect(201);
    const before = await runCount();
    const { body } = await start({ graph: 'needs', inputs: { other: 1 } }).expect(422);
    expect(body.problems).toEqual([{ path: 'inputs.word', message: expect.stringContaining('"a0"') }]);
    expect(await runCount()).toBe(before);
    await start({ graph: 'needs', inputs: { word: 'now' } }).expect(201);
  });

  it('knows nothing of unknown graphs and unknown fields', async () => {
    await start({ graph: 'nobody' }).expect(404);
    await start({ graph: { name: 'talk', version: 77 } }).expect(404);
    const { body } = await start({ graph: 'talk', launch: 'closed', tenant: 'other' }).expect(422);
    expect(body.problems.map((problem: { path: string }) => problem.path)).toEqual(['launch', 'tenant']);
  });

  it('is accepted while Temporal is down, and starts when it is asked again with its key', async () => {
    const away = connectTemporalLazily({ address: '127.0.0.1:1', namespace: 'default' });
    const down = await under.variant((deps) => ({ ...deps, temporal: away }));
    const key = randomUUID();
    const { body } = await down.api.post('/runs').set('idempotency-key', key).send({ graph: 'talk' }).expect(202);
    expect(body).toMatchObject({ status: 'pending', launch: 'accepted' });
    expect(await workflowOutcome(under.deps.temporal!.client, body.workflowId)).toBe('missing');
    const again = await start().set('idempotency-key', key).expect(201);
    expect(again.body).toEqual({ ...body, launch: 'started' });
    expect(await workflowOutcome(under.deps.temporal!.client, body.workflowId)).toBe('open');
    await away.close();
  });
});

describe('Idempotency-Key', () => {
  it('makes one run of fifty requests at once, and gives the first answer again', async () => {
    const key = randomUUID();
    const before = await runCount();
    const answers = await Promise.all(Array.from({ length: 50 }, () => start().set('idempotency-key', key)));
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].filter((status) => status !== 201 && status !== 409)).toEqual([]);
    const made = answers.filter(({ status }) => status === 201);
    expect(new Set(made.map(({ body }) => body.runId)).size).toBe(1);
    expect(made.filter(({ headers }) => headers['idempotency-replayed'] === undefined)).toHaveLength(1);
    for (const { body } of answers.filter(({ status }) => status === 409))
      expect(body.code).toBe('IdempotencyInProgress');
    expect(await runCount()).toBe(before + 1);
    const replay = await start().set('idempotency-key', key).expect(201);
    expect(replay.body).toEqual(made[0]!.body);
    expect(replay.headers['idempotency-replayed']).toBe('true');
  });

  it('refuses the same key with another body', async () => {
    const key = randomUUID();
    await start().set('idempotency-key', key).expect(201);
    const { body } = await start({ graph: 'talk', inputs: { word: 'else' } })
      .set('idempotency-key', key)
      .expect(422);
    expect(body.code).toBe('IdempotencyKeyReused');
  });

  it('is not used up by a request that failed, and belongs to one route', async () => {
    const key = randomUUID();
    await start({ graph: 'later' }).set('idempotency-key', key).expect(404);
    await under.api.post('/graphs').set('idempotency-key', key).send(chain('later')).expect(201);
    await start({ graph: 'later' }).set('idempotency-key', key).expect(201);
  });

  it('gives the first answer of a definition again, too', async () => {
    const key = randomUUID();
    const first = await under.api.post('/graphs').set('idempotency-key', key).send(chain('once')).expect(201);
    await under.api.post('/graphs').send(chain('once', 4)).expect(201);
    const replay = await under.api.post('/graphs').set('idempotency-key', key).send(chain('once')).expect(201);
    expect(replay.body).toEqual(first.body);
  });
});

describe('reading a run', () => {
  it('shows agents, statistics, drawing and events', async () => {
    const { body } = await start().expect(201);
    await finish(body.runId, {
      status: 'partially_completed',
      reasonCode: 'agents_not_completed',
      reason: 'Two agents did not complete.',
      nodes: [
        { name: 'a0', status: 'completed' },
        { name: 'a1', status: 'failed', reasonCode: 'timeout', reason: 'It did not answer.' },
        { name: 'a2', status: 'cancelled', reasonCode: 'dependency_failed', reason: '"a1" failed.' },
      ],
      events: [{ type: 'agent-failed', node: 'a1', data: { reasonCode: 'timeout' } }],
    });
    const { body: run } = await under.api.get(`/runs/${body.runId}`).expect(200);
    expect(run).toMatchObject({ status: 'partially_completed', reasonCode: 'agents_not_completed', launch: 'closed' });
    expect(run.statistics).toMatchObject({
      totalAgents: 3,
      completed: 1,
      failed: 1,
      cancelled: 1,
      pending: 0,
      running: 0,
    });
    expect(run.agents.map((agent: { name: string }) => agent.name)).toEqual(['a0', 'a1', 'a2']);
    const { body: drawing } = await under.api.get(`/runs/${body.runId}/graph`).expect(200);
    expect(drawing.edges).toEqual([
      { from: 'a0', to: 'a1' },
      { from: 'a1', to: 'a2' },
    ]);
    expect(drawing.nodes.map(({ level, status }: { level: number; status: string }) => [level, status])).toEqual([
      [0, 'completed'],
      [1, 'failed'],
      [2, 'cancelled'],
    ]);
    const { body: failed } = await under.api.get(`/runs/${body.runId}/events?type=agent-failed&limit=1`).expect(200);
    expect(failed.items).toMatchObject([{ type: 'agent-failed', node: 'a1' }]);
    expect(failed.nextAfter).toBeNull();
  });

  it('filters events before it counts them, and goes on where it stopped', async () => {
    const { body } = await start().expect(201);
    const events = Array.from({ length: 9 }, (_, index) => ({
      type: index % 3 === 0 ? 'wanted' : 'noise',
      node: 'a0',
      data: { index },
    }));
    await finish(body.runId, { events });
    const first = await under.api.get(`/runs/${body.runId}/events?type=wanted&limit=2`).expect(200);
    expect(first.body.items).toHaveLength(2);
    const rest = await under.api
      .get(`/runs/${body.runId}/events?type=wanted&limit=2&after=${first.body.nextAfter}`)
      .expect(200);
    expect(rest.body.items).toHaveLength(1);
    expect(rest.body.nextAfter).toBeNull();
    const all = await under.api.get(`/runs/${body.runId}/events`).expect(200);
    expect(all.body.items[0].type).toBe('run-accepted');
    expect(all.body.lastSeq).toBe(all.body.items.at(-1).seq);
  });

  it('lists runs newest first, by status, over pages', async () => {
    const { body: newest } = await start().expect(201);
    await finish(newest.runId, { status: 'failed', reasonCode: 'nothing_completed' });
    const { body: page } = await under.api.get('/runs?limit=1').expect(200);
    expect(page.items).toMatchObject([{ runId: newest.runId, totalAgents: 3, completedAgents: 0 }]);
    const { body: next } = await under.api.get(`/runs?limit=200&cursor=${page.nextCursor}`).expect(200);
    expect(next.items.map((run: { runId: string }) => run.runId)).not.toContain(newest.runId);
    const { body: failed } = await under.api.get('/runs?status=failed').expect(200);
    expect(new Set(failed.items.map((run: { status: string }) => run.status))).toEqual(new Set(['failed']));
  });

  it('is another tenant’s to no one', async () => {
    const { body } = await start().expect(201);
    const other = await under.variant((deps) => ({ ...deps, settings: { ...deps.settings, tenant: 'other' } }));
    for (const path of ['', '/graph', '/events', '/attempts', '/result'])
      await other.api.get(`/runs/${body.runId}${path}`).expect(404);
    await other.api.post(`/runs/${body.runId}/cancel`).expect(404);
    expect((await other.api.get('/runs').expect(200)).body.items).toEqual([]);
    expect((await under.api.get(`/runs/${body.runId}`).expect(200)).body.status).toBe('pending');
  });

  it('has no result before it is over', async () => {
    const { body } = await start().expect(201);
    const { body: problem } = await under.api.get(`/runs/${body.runId}/result`).expect(409);
    expect(problem).toMatchObject({ code: 'WrongState', detail: expect.stringContaining('pending') });
  });
});

describe('cancelling a run', () => {
  it('passes the wish on to Temporal, as often as it is asked', async () => {
    const { body } = await start().expect(201);
    await under.api
      .post(`/runs/${body.runId}/cancel`)
      .expect(202, { runId: body.runId, status: 'pending', cancelRequested: true });
    await under.api.post(`/runs/${body.runId}/cancel`).expect(202);
    const { history } = await under.deps
      .temporal!.client.workflow.getHandle(body.workflowId)
      .fetchHistory()
      .then((fetched) => ({ history: fetched.events ?? [] }));
    expect(history.some((event) => event.workflowExecutionCancelRequestedEventAttributes)).toBe(true);
  });

  it('names the state of a run that is over', async () => {
    const { body } = await start().expect(201);
    await finish(body.runId, { status: 'completed' });
    const { body: problem } = await under.api.post(`/runs/${body.runId}/cancel`).expect(409);
    expect(problem).toMatchObject({ code: 'WrongState', detail: expect.stringContaining('completed') });
  });

  it('closes a run that Temporal never saw, and nobody starts it afterwards', async () => {
    const away = connectTemporalLazily({ address: '127.0.0.1:1', namespace: 'default' });
    const down = await under.variant((deps) => ({ ...deps, temporal: away }));
    const key = randomUUID();
    const { body } = await down.api.post('/runs').set('idempotency-key', key).send({ graph: 'talk' }).expect(202);
    await down.api.post(`/runs/${body.runId}/cancel`).expect(202);
    const { body: run } = await under.api.get(`/runs/${body.runId}`).expect(200);
    expect(run).toMatchObject({ status: 'cancelled', launch: 'closed', statistics: { cancelled: 3 } });
    await start().set('idempotency-key', key);
    expect(await workflowOutcome(under.deps.temporal!.client, body.workflowId)).toBe('missing');
    await away.close();
  });
});
