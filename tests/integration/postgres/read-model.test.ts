import { createBatch, holdRuns, markHeldStarted } from '../../../src/adapters/postgres/batches';
import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { getGraph, getGraphByName, insertGraph, listGraphs } from '../../../src/adapters/postgres/graphs';
import { claimKey, pruneIdempotency, storeAnswer } from '../../../src/adapters/postgres/idempotency';
import { markSent, reserve, reserveAndSend, settle } from '../../../src/adapters/postgres/ledger';
import { noteNode, recordProgress } from '../../../src/adapters/postgres/progress';
import { getRunEvents } from '../../../src/adapters/postgres/run-events';
import { getRunNodes } from '../../../src/adapters/postgres/run-nodes';
import { runStatistics } from '../../../src/adapters/postgres/run-statistics';
import {
  closeRun,
  getRun,
  listRuns,
  markRunStarted,
  openRuns,
  pendingLaunches,
} from '../../../src/adapters/postgres/runs';
import { createBudget, getRunBudgets } from '../../../src/adapters/postgres/budgets';
import { systemStatus } from '../../../src/adapters/postgres/system-status';
import { withTransaction } from '../../../src/adapters/postgres/transaction';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import { admitted, answered, call, newId, run, TENANT, violations } from '../../support/ledger';

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  pool = createPool(database.url, { max: 10 });
});

afterAll(async () => {
  expect(await violations(pool)).toEqual([]);
  await pool.end();
  await database.drop();
});

describe('graphs', () => {
  const graph = (name: string, sha256: string) => ({
    id: newId(),
    tenant: TENANT,
    name,
    sha256,
    definition: { name, description: `of ${sha256}`, agents: [{}, {}] },
  });

  it('get the next version; the same definition again is the version that exists', async () => {
    expect(await insertGraph(pool, graph('launch', 'one'))).toMatchObject({ version: 1, fresh: true });
    expect(await insertGraph(pool, graph('launch', 'one'))).toMatchObject({ version: 1, fresh: false });
    expect(await insertGraph(pool, graph('launch', 'two'))).toMatchObject({ version: 2, fresh: true });
    // Going back to an older content is a change: a new version, so that "latest" is what was given last.
    expect(await insertGraph(pool, graph('launch', 'one'))).toMatchObject({ version: 3, fresh: true });
  });

  it('that 20 store at once get 20 versions, or one when they are the same', async () => {
    const versions = await Promise.all(
      Array.from({ length: 20 }, (_, index) => insertGraph(pool, graph('race', `sha-${index}`))),
    );
    expect(versions.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    const same = await Promise.all(Array.from({ length: 20 }, () => insertGraph(pool, graph('same', 'sha'))));
    expect(same.filter(({ fresh }) => fresh)).toHaveLength(1);
    expect(new Set(same.map(({ graphId }) => graphId)).size).toBe(1);
  });

  it('are found by id, by name and by version, within their tenant', async () => {
    const first = await insertGraph(pool, graph('found', 'v1'));
    const second = await insertGraph(pool, graph('found', 'v2'));
    expect(await getGraph(pool, TENANT, first.graphId)).toMatchObject({
      version: 1,
      definition: { description: 'of v1' },
    });
    expect(await getGraph(pool, 'other', first.graphId)).toBeUndefined();
    expect(await getGraph(pool, TENANT, 'no uuid')).toBeUndefined();
    expect(await getGraphByName(pool, TENANT, 'found')).toMatchObject({ graphId: second.graphId });
    expect(await getGraphByName(pool, TENANT, 'found', 1)).toMatchObject({ graphId: first.graphId });
    expect(await getGraphByName(pool, 'other', 'found')).toBeUndefined();
  });

  it('are listed once each, latest version, page by page', async () => {
    const tenant = 'lister';
    for (const name of ['a', 'b', 'b', 'c']) await insertGraph(pool, { ...graph(name, newId()), tenant });
    const page = await listGraphs(pool, { tenant, limit: 2 });
    expect(page.map(({ name, version, agents }) => [name, version, agents])).toEqual([
      ['a', 1, 2],
      ['b', 2, 2],
    ]);
    expect((await listGraphs(pool, { tenant, limit: 2, after: 'b' })).map(({ name }) => name)).toEqual(['c']);
  });
});

describe('runs', () => {
  it('are created with nodes in order and a budget per level, under the tenant when it has one', async () => {
    const { runId } = await run(pool, {
      nodes: [
        { name: 'z', costLimitMicroUsd: 5 },
        { name: 'a', costLimitMicroUsd: 6 },
      ],
      costLimitMicroUsd: 9,
    });
    expect(await getRun(pool, TENANT, runId)).toMatchObject({
      status: 'pending',
      launch: 'accepted',
      totalAgents: 2,
      completedAgents: 0,
      costMicroUsd: 0,
      startedAt: null,
    });
    expect(await getRun(pool, 'other', runId)).toBeUndefined();
    expect(await getRun(pool, TENANT, 'no uuid')).toBeUndefined();
    expect(
      (await getRunNodes(pool, TENANT, runId)).map(({ name, position, status }) => [name, position, status]),
    ).toEqual([
      ['z', 0, 'pending'],
      ['a', 1, 'pending'],
    ]);
    expect(
      (await getRunBudgets(pool, TENANT, runId)).map(({ id, parentId, limitMicroUsd }) => [
        id,
        parentId,
        limitMicroUsd,
      ]),
    ).toEqual([
      [`agent:${runId}/a`, `run:${runId}`, 6],
      [`agent:${runId}/z`, `run:${runId}`, 5],
      [`run:${runId}`, null, 9],
    ]);

    await createBudget(pool, { tenant: 'owner', id: 'tenant:owner', limitMicroUsd: 100 });
    const owned = await run(pool, { tenant: 'owner' });
    expect(
      (await getRunBudgets(pool, 'owner', owned.runId)).find(({ id }) => id === `run:${owned.runId}`)?.parentId,
    ).toBe('tenant:owner');
  });

  it('of 5,000 nodes are created at once', async () => {
    const nodes = Array.from({ length: 5_000 }, (_, index) => ({ name: `agent-${index}`, costLimitMicroUsd: 1 }));
    const { runId } = await run(pool, { nodes });
    expect(await runStatistics(pool, TENANT, runId)).toMatchObject({ total: 5_000, pending: 5_000 });
  });

  it('are listed newest first, filtered before the limit, page by page', async () => {
    const tenant = 'lister';
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.unshift((await run(pool, { tenant })).runId);
    await recordProgress(pool, { tenant, runId: ids[4]!, seq: 1, delta: { status: 'failed' } });
    const listed = async (filter: object) =>
      (await listRuns(pool, { tenant, limit: 2, ...filter })).map(({ runId }) => runId);
    const newestFirst = [...ids].sort().reverse();
    expect(await listed({})).toEqual(newestFirst.slice(0, 2));
    expect(await listed({ before: newestFirst[1] })).toEqual(newestFirst.slice(2, 4));
    expect(await listed({ status: 'failed' })).toEqual([ids[4]]);
    expect(await listed({ kind: 'simulation' })).toEqual([]);
    expect(await listed({ before: 'no uuid' })).toEqual([]);
  });

  it('that were accepted and never started are found by the sweeper, then no more', async () => {
    const { runId } = await run(pool, { tenant: 'sweeper' });
    const pending = async (olderThanMs: number) =>
      (await pendingLaunches(pool, { olderThanMs, limit: 1_000 })).map((found) => found.runId);
    expect(await pending(60_000)).not.toContain(runId);
    await pool.query(`UPDATE run SET created_at = created_at - interval '61 s' WHERE id = $1`, [runId]);
    expect(await pending(60_000)).toContain(runId);
    expect(await markRunStarted(pool, 'other', runId)).toBe(false);
    expect(await markRunStarted(pool, 'sweeper', runId)).toBe(true);
    expect(await markRunStarted(pool, 'sweeper', runId)).toBe(false);
    expect(await pending(60_000)).not.toContain(runId);
    expect((await openRuns(pool, { limit: 1_000 })).map((found) => found.runId)).toContain(runId);
  });

  it('of partitions are told to end when their whole was ended from outside, and not when its coordinator ended it', async () => {
    const whole = async (end: (batchId: string) => Promise<boolean>) => {
      const batchId = newId();
      const { runId } = await run(pool, { kind: 'simulation' });
      await withTransaction(pool, async (tx) => {
        const workflowId = `partitioned-simulation/${batchId}`;
        const kind = 'partitioned-simulation';
        await createBatch(tx, { tenant: TENANT, batchId, kind, name: 'two', parameters: {}, workflowId });
        await holdRuns(tx, { tenant: TENANT, batchId, runIds: [runId] });
      });
      await markHeldStarted(pool, TENANT, runId);
      expect(await end(batchId)).toBe(true);
      return (await getRun(pool, TENANT, runId))!.cancelRequestedAt;
    };
    const delta = { status: 'partially_completed' as const };
    const byItself = (runId: string) => recordProgress(pool, { tenant: TENANT, runId, seq: 1, delta });
    const outside = { status: 'cancelled' as const, reasonCode: 'workflow_terminated', reason: 'ended from outside' };
    expect(await whole(byItself)).toBeNull();
    expect(await whole((runId) => closeRun(pool, { tenant: TENANT, runId, ...outside }))).toBeInstanceOf(Date);
  });

  it('whose workflow was terminated are closed once, and what was unfinished is cancelled', async () => {
    const { runId } = await run(pool);
    await recordProgress(pool, {
      tenant: TENANT,
      runId,
      seq: 1,
      delta: { status: 'running', nodes: [{ name: 'a', status: 'failed', reasonCode: 'x' }] },
    });
    const closing = {
      tenant: TENANT,
      runId,
      status: 'cancelled' as const,
      reasonCode: 'terminated',
      reason: 'terminated from outside',
    };
    expect(await closeRun(pool, { ...closing, tenant: 'other' })).toBe(false);
    expect(await closeRun(pool, closing)).toBe(true);
    expect(await closeRun(pool, closing)).toBe(false);
    expect(await getRun(pool, TENANT, runId)).toMatchObject({
      status: 'cancelled',
      launch: 'closed',
      reasonCode: 'terminated',
      completedAt: expect.any(Date),
    });
    expect((await getRunNodes(pool, TENANT, runId)).map(({ status }) => status)).toEqual(['failed', 'cancelled']);
    expect(await recordProgress(pool, { tenant: TENANT, runId, seq: 2, delta: { status: 'completed' } })).toBe(false);
  });
});

describe('progress', () => {
  it('is applied once by seq, with its events in order', async () => {
    const { runId } = await run(pool);
    const first = {
      status: 'running' as const,
      events: [{ type: 'run-started' }, { type: 'agent-started', node: 'a', data: { attempt: 1 } }],
    };
    const apply = (seq: number, delta: object, tenant = TENANT) => recordProgress(pool, { tenant, runId, seq, delta });
    expect(await apply(1, first, 'other')).toBe(false);
    expect((await Promise.all(Array.from({ length: 10 }, () => apply(1, first)))).filter(Boolean)).toHaveLength(1);
    expect(await getRun(pool, TENANT, runId)).toMatchObject({
      status: 'running',
      launch: 'started',
      progressSeq: 1,
      startedAt: expect.any(Date),
      completedAt: null,
    });
    expect(
      await apply(3, { nodes: [{ name: 'a', status: 'failed', reasonCode: 'RetriesExhausted', reason: 'no' }] }),
    ).toBe(true);
    expect(await apply(2, { nodes: [{ name: 'a', status: 'running' }] })).toBe(false);
    expect(await apply(4, { status: 'failed', reasonCode: 'agent_failed', events: [{ type: 'run-failed' }] })).toBe(
      true,
    );
    expect(await getRun(pool, TENANT, runId)).toMatchObject({
      status: 'failed',
      launch: 'closed',
      completedAt: expect.any(Date),
    });

    const events = await getRunEvents(pool, { tenant: TENANT, runId, limit: 10 });
    expect(events.map(({ seq, type, node }) => [seq, type, node])).toEqual([
      [1, 'run-accepted', null],
      [2, 'run-started', null],
      [3, 'agent-started', 'a'],
      [4, 'run-failed', null],
    ]);
    expect((await getRunEvents(pool, { tenant: TENANT, runId, type: 'agent-started', limit: 1 }))[0]).toMatchObject({
      data: { attempt: 1 },
    });
    expect(await getRunEvents(pool, { tenant: TENANT, runId, afterSeq: 3, limit: 10 })).toHaveLength(1);
    expect(await getRunEvents(pool, { tenant: 'other', runId, limit: 10 })).toEqual([]);
    const { rows } = await pool.query(`SELECT payload->'seq' AS seq FROM outbox WHERE topic = $1 ORDER BY id`, [
      `run:${runId}`,
    ]);
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it('that comes late does not hide that a node waits, nor since when', async () => {
    const { runId } = await run(pool);
    const note = { tenant: TENANT, runId, node: 'a' };
    const first = await noteNode(pool, {
      ...note,
      note: { status: 'rate_limited', reasonCode: 'RateLimited', reason: 'waits', waiting: true, nextTryMs: 4_000 },
    });
    await recordProgress(pool, {
      tenant: TENANT,
      runId,
      seq: 1,
      delta: {
        status: 'running',
        nodes: [
          { name: 'a', status: 'running' },
          { name: 'b', status: 'running' },
        ],
      },
    });
    const second = await noteNode(pool, { ...note, note: { status: 'rate_limited', waiting: true } });
    expect(second?.waitingSince).toEqual(first?.waitingSince);
    expect(second!.waitedMs).toBeGreaterThanOrEqual(first!.waitedMs);
    const [a, b] = await getRunNodes(pool, TENANT, runId);
    expect([a?.status, b?.status]).toEqual(['rate_limited', 'running']);
    expect(await noteNode(pool, { ...note, note: { status: 'running' } })).toEqual({ waitingSince: null, waitedMs: 0 });
  });

  it('who is reserved and sent in one step ends its wait, too', async () => {
    const { runId } = await run(pool);
    const waits = {
      status: 'rate_limited' as const,
      reasonCode: 'RateLimited',
      reason: 'waits',
      waiting: true,
      nextTryMs: 4_000,
    };
    await noteNode(pool, { tenant: TENANT, runId, node: 'a', note: waits });
    await reserveAndSend(pool, [call(`${runId}/a/0`, [`agent:${runId}/a`], 100, { runId, node: 'a' })]);
    expect((await getRunNodes(pool, TENANT, runId))[0]).toMatchObject({
      ...{ status: 'running', reasonCode: null, reason: null, waitingSince: null, nextTryAt: null },
      startedAt: expect.any(Date),
    });
  });

  it('sent attempts end a wait; finished nodes take no notes', async () => {
    const { runId } = await run(pool);
    const note = { tenant: TENANT, runId, node: 'a' };
    const [attempt] = admitted(
      await reserve(pool, [call(`${runId}/a/0`, [`agent:${runId}/a`], 100, { runId, node: 'a' })]),
    );
    await noteNode(pool, {
      ...note,
      note: { status: 'rate_limited', reasonCode: 'RateLimited', reason: 'waits', waiting: true, nextTryMs: 4_000 },
    });
    await markSent(pool, [attempt!], 60_000);
    expect((await getRunNodes(pool, TENANT, runId))[0]).toMatchObject({
      status: 'running',
      reasonCode: null,
      reason: null,
      waitingSince: null,
      nextTryAt: null,
      startedAt: expect.any(Date),
    });
    await settle(pool, [answered(attempt!, 60, { node: { status: 'completed' } })]);
    expect(await noteNode(pool, { ...note, note: { status: 'running' } })).toBeUndefined();
    expect(await noteNode(pool, { ...note, tenant: 'other', note: {} })).toBeUndefined();
    await recordProgress(pool, {
      tenant: TENANT,
      runId,
      seq: 1,
      delta: { nodes: [{ name: 'a', status: 'cancelled' }] },
    });
    expect((await getRunNodes(pool, TENANT, runId))[0]?.status).toBe('completed');
    expect(await runStatistics(pool, TENANT, runId)).toMatchObject({
      total: 2,
      completed: 1,
      pending: 1,
      calls: 1,
      costMicroUsd: 60,
      budgetLimitMicroUsd: 1_000_000,
      budgetRemainingMicroUsd: 999_940,
    });
    expect(await runStatistics(pool, 'other', runId)).toBeUndefined();
  });
});

describe('system status', () => {
  it('counts runs, attempts, costs and waits of one tenant', async () => {
    const tenant = 'counted';
    const { runId } = await run(pool, { tenant });
    const paying = (node: string) =>
      call(`${runId}/${node}/0`, [`agent:${runId}/${node}`], 100, { tenant, runId, node });
    const [a, b] = admitted(await reserve(pool, [paying('a'), paying('b')]));
    await markSent(pool, [a!, b!], 60_000);
    await settle(pool, [
      answered(a!, 60, { node: { status: 'completed' } }),
      { ...b!, outcome: 'unknown', failureClass: 'timeout', failure: 'x' },
    ]);
    await noteNode(pool, { tenant, runId, node: 'b', note: { status: 'rate_limited', waiting: true } });
    await recordProgress(pool, {
      tenant,
      runId: (await run(pool, { tenant })).runId,
      seq: 1,
      delta: { status: 'completed' },
    });
    await recordProgress(pool, {
      tenant,
      runId: (await run(pool, { tenant })).runId,
      seq: 1,
      delta: { status: 'failed' },
    });
    const status = await systemStatus(pool, tenant, { recentEvents: 3 });
    expect(status).toMatchObject({
      runs: {
        total: 3,
        byStatus: { pending: 1, completed: 1, failed: 1 },
        finished: 2,
        successRate: 0.5,
        averageDurationMs: expect.any(Number),
      },
      agents: { finished: 1, completed: 1, failed: 0 },
      attempts: { settled: 1, unknown: 1 },
      failures: [{ failureClass: 'timeout', attempts: 1 }],
      costs: { spentMicroUsd: 60, reservedMicroUsd: 0, unknownMicroUsd: 100, inputTokens: 10, outputTokens: 5 },
      waiting: { rateLimited: 1, budget: 0 },
    });
    expect(status.recentEvents).toHaveLength(3);
    expect(await systemStatus(pool, 'nobody')).toMatchObject({
      runs: { total: 0, successRate: null, averageDurationMs: null },
      costs: { spentMicroUsd: 0 },
      recentEvents: [],
    });
  });
});

describe('idempotency keys', () => {
  const request = (key: string, fingerprint = 'body-1') => ({ tenant: TENANT, route: 'POST /runs', key, fingerprint });
  const claimed = (key: string, fingerprint?: string) =>
    withTransaction(pool, (tx) => claimKey(tx, request(key, fingerprint)));

  /** Creates under the key and stays before its commit until released. */
  function creating(key: string) {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let begun: () => void = () => undefined;
    const started = new Promise<void>((resolve) => (begun = resolve));
    const done = withTransaction(pool, async (tx) => {
      const claim = await claimKey(tx, request(key));
      begun();
      await released;
      await storeAnswer(tx, { ...request(key), status: 201, answer: { made: key } });
      return claim;
    });
    return { started, release, done };
  }

  it('let one of many at once create; the others hear that it is in progress, then its answer', async () => {
    const first = creating('once');
    await first.started;
    const others = await Promise.all(Array.from({ length: 8 }, () => claimed('once')));
    expect(others).toEqual(Array(8).fill({ state: 'in-progress' }));
    first.release();
    expect(await first.done).toEqual({ state: 'new' });
    expect(await claimed('once')).toEqual({ state: 'answered', status: 201, answer: { made: 'once' } });
    expect(await claimed('once', 'body-2')).toEqual({ state: 'other-body' });
  });

  it('keep nothing of a request that failed: the same key may be tried again at once', async () => {
    const failing = withTransaction(pool, async (tx) => {
      await claimKey(tx, request('again'));
      throw new Error('bad input');
    });
    await expect(failing).rejects.toThrow('bad input');
    expect(await claimed('again')).toEqual({ state: 'new' });
  });

  it('belong to a tenant and a route', async () => {
    await withTransaction(pool, (tx) => storeAnswer(tx, { ...request('mine'), status: 201, answer: null }));
    expect(await withTransaction(pool, (tx) => claimKey(tx, { ...request('mine'), tenant: 'other' }))).toEqual({
      state: 'new',
    });
    expect(await withTransaction(pool, (tx) => claimKey(tx, { ...request('mine'), route: 'POST /graphs' }))).toEqual({
      state: 'new',
    });
    expect(await claimed('mine')).toEqual({ state: 'answered', status: 201, answer: null });
  });

  it('are forgotten after a day', async () => {
    await withTransaction(pool, (tx) => storeAnswer(tx, { ...request('old'), status: 201, answer: 1 }));
    await pool.query(`UPDATE idempotency SET created_at = created_at - interval '25 hours' WHERE key = 'old'`);
    await withTransaction(pool, (tx) => storeAnswer(tx, { ...request('young'), status: 201, answer: 1 }));
    expect(await pruneIdempotency(pool)).toBe(1);
    expect(await claimed('old')).toEqual({ state: 'new' });
    expect(await claimed('young')).toMatchObject({ state: 'answered' });
  });
});
