import { randomUUID } from 'node:crypto';
import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { ledgerTotals, listAttempts, overdueUnknown } from '../../../src/adapters/postgres/attempts';
import { loadCallResult } from '../../../src/adapters/postgres/call-results';
import {
  expire,
  markSent,
  reconcile,
  renew,
  reserve,
  revokeLeases,
  settle,
} from '../../../src/adapters/postgres/ledger';
import { getRunEvents } from '../../../src/adapters/postgres/run-events';
import { getRunNodes } from '../../../src/adapters/postgres/run-nodes';
import type { ReserveCall } from '../../../src/adapters/postgres/ledger-types';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import {
  type Admitted,
  admitted,
  answered,
  artifact,
  budget,
  call,
  endLeases,
  newId,
  run,
  sums,
  TENANT,
  violations,
} from '../../support/ledger';

let database: FreshDatabase;
let pool: Pool;
let serial = 0;

beforeAll(async () => {
  database = await freshDatabase();
  pool = createPool(database.url, { max: 20 });
});

afterEach(async () => {
  expect(await violations(pool)).toEqual([]);
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const ESTIMATE = 100;

/** A call of agent `a` of a run of its own, reserved and sent. */
async function sentCall(
  overrides: Partial<ReserveCall> = {},
): Promise<{ attempt: Admitted; room: string; runId: string }> {
  const { runId } = await run(pool);
  const room = `run:${runId}`;
  const callKey = `${runId}/a/${(serial += 1)}`;
  const [attempt] = admitted(
    await reserve(pool, [call(callKey, [room], ESTIMATE, { runId, node: 'a', ...overrides })]),
  );
  expect(await markSent(pool, [attempt!], 60_000)).toMatchObject([{ callKey, n: 1 }]);
  return { attempt: attempt!, room, runId };
}

async function stateOf(callKey: string) {
  return (await listAttempts(pool, { tenant: TENANT, limit: 10, after: { callKey, n: 0 } }))
    .filter((attempt) => attempt.callKey === callKey)
    .map(({ n, state, late, actualMicroUsd }) => ({ n, state, late, actualMicroUsd }));
}

describe('settle', () => {
  it('books an answer in one transaction: budget, ledger, result, artifacts, node, event', async () => {
    const { attempt, room, runId } = await sentCall();
    const output = artifact(runId, { agentId: 'a', tags: ['output'] });
    const callArtifact = artifact(runId, { agentId: 'a', tags: ['call'] });
    const [answer] = await settle(pool, [
      answered(attempt, 60, {
        artifactRef: callArtifact.ref,
        artifacts: [callArtifact, output],
        node: { status: 'completed', outputRef: output.ref },
      }),
    ]);
    expect(answer).toEqual({
      callKey: attempt.callKey,
      n: 1,
      answer: 'settled',
      artifactRef: callArtifact.ref,
      modelFailures: 0,
    });
    expect(await sums(pool, room)).toMatchObject({ settled: 60, reserved: 0, unknown: 0, overrun: 0 });
    expect(await loadCallResult(pool, TENANT, attempt.callKey)).toMatchObject({
      artifactRef: callArtifact.ref,
      costMicroUsd: 60,
      n: 1,
      model: 'scripted-echo-1',
    });
    expect(await loadCallResult(pool, 'other', attempt.callKey)).toBeUndefined();
    expect((await getRunNodes(pool, TENANT, runId))[0]).toMatchObject({
      status: 'completed',
      outputRef: output.ref,
      costMicroUsd: 60,
      calls: 1,
      inputTokens: 10,
      outputTokens: 5,
      completedAt: expect.any(Date),
    });
    expect((await getRunEvents(pool, { tenant: TENANT, runId, limit: 10 })).map(({ type }) => type)).toEqual([
      'run-accepted',
      'call-settled',
      'agent-completed',
    ]);
    const { rows } = await pool.query('SELECT step_idx FROM artifact WHERE session_id = $1 ORDER BY step_idx', [runId]);
    expect(rows).toEqual([{ step_idx: 0 }, { step_idx: 1 }]);
  });

  it('raced by 30 settles once', async () => {
    const { attempt, room } = await sentCall();
    const answers = (await Promise.all(Array.from({ length: 30 }, () => settle(pool, [answered(attempt, 60)])))).flat();
    expect(answers.filter(({ answer }) => answer === 'settled')).toHaveLength(1);
    expect(answers.filter(({ answer }) => answer === 'already')).toHaveLength(29);
    expect(new Set(answers.map(({ artifactRef }) => artifactRef)).size).toBe(1);
    expect(await sums(pool, room)).toMatchObject({ settled: 60, reserved: 0 });
  });

  it('a second time changes nothing, whatever it says', async () => {
    const { attempt, room } = await sentCall();
    await settle(pool, [answered(attempt, 60)]);
    const before = await sums(pool, room);
    for (const second of [
      answered(attempt, 99),
      { ...attempt, outcome: 'failed' as const, failureClass: 'x', failure: 'x' },
      { ...attempt, outcome: 'unknown' as const, failureClass: 'x', failure: 'x' },
    ]) {
      expect(await settle(pool, [second])).toMatchObject([{ answer: 'already', artifactRef: expect.any(String) }]);
    }
    expect(await sums(pool, room)).toEqual(before);
  });

  it('gives the room of a failed attempt back and counts it against the node', async () => {
    const { attempt, room, runId } = await sentCall();
    const failed = {
      ...attempt,
      outcome: 'failed' as const,
      failureClass: 'retryable',
      failure: 'boom',
      node: { reasonCode: 'retrying', reason: 'boom', nextTryMs: 4_000 },
    };
    expect(await settle(pool, [failed])).toMatchObject([{ answer: 'void', artifactRef: null, modelFailures: 1 }]);
    expect(await settle(pool, [failed])).toMatchObject([{ answer: 'already', modelFailures: 1 }]);
    expect(await sums(pool, room)).toMatchObject({ settled: 0, reserved: 0, unknown: 0 });
    expect((await getRunNodes(pool, TENANT, runId))[0]).toMatchObject({
      reasonCode: 'retrying',
      modelFailures: 1,
      nextTryAt: expect.any(Date),
      completedAt: null,
    });
    expect(admitted(await reserve(pool, [call(attempt.callKey, [room], ESTIMATE)]))).toMatchObject([{ n: 2 }]);
  });

  it('does not count an attempt that was never sent, and keeps its n', async () => {
    const { runId } = await run(pool);
    const request = call(`${runId}/a/0`, [`run:${runId}`], ESTIMATE, { runId, node: 'a' });
    const [attempt] = admitted(await reserve(pool, [request]));
    // Not even "unknown" holds money for what never left.
    expect(
      await settle(pool, [{ ...attempt!, outcome: 'unknown', failureClass: 'cancelled', failure: 'x' }]),
    ).toMatchObject([{ answer: 'void', modelFailures: 0 }]);
    expect(await sums(pool, `run:${runId}`)).toMatchObject({ reserved: 0, unknown: 0 });
    expect(admitted(await reserve(pool, [request]))).toMatchObject([{ n: 1 }]);
  });

  it('books more than the worst case as an overrun, and says so', async () => {
    const { attempt, room, runId } = await sentCall();
    await settle(pool, [answered(attempt, 130)]);
    expect(await sums(pool, room)).toMatchObject({ settled: 130, overrun: 30 });
    expect(await getRunEvents(pool, { tenant: TENANT, runId, type: 'budget-overrun', limit: 10 })).toMatchObject([
      { data: { overMicroUsd: 30 } },
    ]);
  });

  it('books an overrun of a full budget, too', async () => {
    const room = await budget(pool, 'run:full', ESTIMATE);
    const [attempt] = admitted(await reserve(pool, [call('full/0', [room], ESTIMATE)]));
    await markSent(pool, [attempt!], 60_000);
    expect(await settle(pool, [answered(attempt!, 5 * ESTIMATE)])).toMatchObject([{ answer: 'settled' }]);
    expect(await sums(pool, room)).toMatchObject({ settled: 500, overrun: 400, limit: 100 });
    expect(await reserve(pool, [call('full/1', [room], 1)])).toMatchObject([{ answer: 'refused' }]);
  });

  it('fails a batch with an attempt that does not exist, as a whole', async () => {
    const { attempt, room } = await sentCall();
    await expect(
      settle(pool, [answered(attempt, 60), answered({ callKey: 'nobody/0', n: 1, epoch: 1 }, 1)]),
    ).rejects.toThrow(/nobody\/0#1 does not exist/);
    expect(await sums(pool, room)).toMatchObject({ settled: 0, reserved: ESTIMATE });
  });

  it('stores what jsonb refuses: U+0000 and halves of an emoji', async () => {
    const { attempt, runId } = await sentCall();
    const reason = `cut \0 ${'\u{1F600}'.slice(0, 1)} end`;
    await settle(pool, [
      { ...attempt, outcome: 'failed', failureClass: 'retryable', failure: reason, node: { reason } },
    ]);
    expect((await getRunNodes(pool, TENANT, runId))[0]?.reason).toBe('cut \ufffd \ufffd end');
  });

  it('does not bring a cancelled node back, but counts its cost', async () => {
    const { attempt, runId } = await sentCall();
    await pool.query(
      `UPDATE run_node SET status = 'cancelled', completed_at = now() WHERE run_id = $1 AND name = 'a'`,
      [runId],
    );
    await settle(pool, [answered(attempt, 60, { node: { status: 'completed' } })]);
    expect((await getRunNodes(pool, TENANT, runId))[0]).toMatchObject({ status: 'cancelled', costMicroUsd: 60 });
  });
});

describe('a process that lost its attempt', () => {
  it('books its late answer once, as spend of its own attempt, never as the result', async () => {
    const { attempt, room, runId } = await sentCall();
    await endLeases(pool, attempt.callKey);
    const [second] = admitted(
      await reserve(pool, [call(attempt.callKey, [room], ESTIMATE, { runId, node: 'a', owner: 'worker-2' })]),
    );
    expect(second).toMatchObject({ n: 2 });
    expect(await sums(pool, room)).toMatchObject({ unknown: ESTIMATE, reserved: ESTIMATE });

    expect(await renew(pool, [attempt], 60_000)).toEqual([]);
    const answers = (
      await Promise.all(
        Array.from({ length: 10 }, () => settle(pool, [answered(attempt, 60, { node: { status: 'completed' } })])),
      )
    ).flat();
    expect(answers.map(({ answer }) => answer).sort()).toEqual([...Array(9).fill('already'), 'late']);
    expect(answers.every(({ artifactRef }) => artifactRef === null)).toBe(true);
    expect(await loadCallResult(pool, TENANT, attempt.callKey)).toBeUndefined();
    expect((await getRunNodes(pool, TENANT, runId))[0]).toMatchObject({ status: 'running', costMicroUsd: 60 });
    expect(await sums(pool, room)).toMatchObject({ settled: 60, unknown: 0, reserved: ESTIMATE });

    await markSent(pool, [second!], 60_000);
    await settle(pool, [answered(second!, 70)]);
    expect(await stateOf(attempt.callKey)).toEqual([
      { n: 1, state: 'settled', late: true, actualMicroUsd: 60 },
      { n: 2, state: 'settled', late: false, actualMicroUsd: 70 },
    ]);
  });

  it('cannot touch the attempt that took over its n before anything was sent', async () => {
    const { runId } = await run(pool);
    const request = call(`${runId}/a/0`, [`run:${runId}`], ESTIMATE);
    const [first] = admitted(await reserve(pool, [request]));
    await endLeases(pool, request.callKey);
    const [second] = admitted(await reserve(pool, [{ ...request, token: randomUUID() }]));
    expect(second).toMatchObject({ n: 1 });
    expect(await settle(pool, [answered(first!, 60)])).toMatchObject([{ answer: 'already', artifactRef: null }]);
    expect(await sums(pool, `run:${runId}`)).toMatchObject({ settled: 0, reserved: ESTIMATE });
    expect(await markSent(pool, [second!], 60_000)).toHaveLength(1);
    await endLeases(pool, request.callKey);
    await expire(pool, { limit: 1_000, graceMs: 0 });
    // Sent by the second and unknown now: still nothing that the first could have been billed for.
    expect(await settle(pool, [answered(first!, 60)])).toMatchObject([{ answer: 'already' }]);
    expect(await settle(pool, [answered(second!, 70)])).toMatchObject([{ answer: 'late' }]);
    expect(await sums(pool, `run:${runId}`)).toMatchObject({ settled: 70, unknown: 0 });
  });

  it('keeps it when it renews before anybody looked', async () => {
    const { attempt } = await sentCall();
    await endLeases(pool, attempt.callKey);
    expect(await renew(pool, [attempt], 60_000)).toEqual([{ callKey: attempt.callKey, n: 1 }]);
    expect(await settle(pool, [answered(attempt, 60)])).toMatchObject([{ answer: 'settled' }]);
  });

  it('may not send after its lease ran out', async () => {
    const { runId } = await run(pool);
    const [attempt] = admitted(await reserve(pool, [call(`${runId}/a/0`, [`run:${runId}`], ESTIMATE)]));
    await endLeases(pool, attempt!.callKey);
    expect(await markSent(pool, [attempt!], 60_000)).toEqual([]);
  });

  it('that gave up itself books an answer that came all the same', async () => {
    const { attempt, room } = await sentCall();
    await settle(pool, [{ ...attempt, outcome: 'unknown', failureClass: 'timeout', failure: 'no answer in time' }]);
    expect(await sums(pool, room)).toMatchObject({ unknown: ESTIMATE });
    expect(await settle(pool, [answered(attempt, 40)])).toMatchObject([{ answer: 'late' }]);
    expect(await sums(pool, room)).toMatchObject({ settled: 40, unknown: 0 });
  });
});

describe('expire', () => {
  it('voids what was never sent and holds what was sent at its maximum, after the grace', async () => {
    await expire(pool, { limit: 1_000, graceMs: 0 }); // what other tests left behind
    const sent = await sentCall();
    const { runId } = await run(pool);
    const [unsent] = admitted(await reserve(pool, [call(`${runId}/a/0`, [`run:${runId}`], ESTIMATE)]));
    await endLeases(pool, sent.attempt.callKey);
    await endLeases(pool, unsent!.callKey);
    expect(await expire(pool, { limit: 100, graceMs: 3_600_000 })).toEqual({ voided: 0, unknown: 0 });
    expect(await expire(pool, { limit: 100, graceMs: 0 })).toEqual({ voided: 1, unknown: 1 });
    expect(await expire(pool, { limit: 100, graceMs: 0 })).toEqual({ voided: 0, unknown: 0 });
    expect(await sums(pool, sent.room)).toMatchObject({ reserved: 0, unknown: ESTIMATE });
    expect(
      await getRunEvents(pool, { tenant: TENANT, runId: sent.runId, type: 'attempt-lost', limit: 5 }),
    ).toMatchObject([{ data: { heldMicroUsd: ESTIMATE } }]);
  });

  it('needs no waiting for processes that are certainly gone', async () => {
    const { attempt, room, runId } = await sentCall({ owner: 'worker-dead' });
    expect(await revokeLeases(pool, ['worker-dead', 'worker-never'])).toBe(1);
    expect(await reserve(pool, [call(attempt.callKey, [room], ESTIMATE, { runId, node: 'a' })])).toMatchObject([
      { answer: 'admitted', n: 2 },
    ]);
  });
});

describe('reconcile', () => {
  it('books what the log knows, frees what it does not, and changes nothing twice', async () => {
    const billed = await sentCall();
    const unbilled = await sentCall();
    const open = await sentCall();
    await endLeases(pool, billed.attempt.callKey);
    await endLeases(pool, unbilled.attempt.callKey);
    await expire(pool, { limit: 100, graceMs: 0 });
    const items = [
      {
        callKey: billed.attempt.callKey,
        n: 1,
        billed: true as const,
        actualMicroUsd: 70,
        inputTokens: 3,
        outputTokens: 4,
      },
      { callKey: unbilled.attempt.callKey, n: 1, billed: false as const },
      { callKey: open.attempt.callKey, n: 1, billed: false as const },
      { callKey: 'nobody/0', n: 1, billed: false as const },
    ];
    const said = async (tenant: string) =>
      Object.fromEntries((await reconcile(pool, tenant, items)).map(({ callKey, answer }) => [callKey, answer]));
    expect(await said('other')).toEqual(Object.fromEntries(items.map(({ callKey }) => [callKey, 'missing'])));
    expect(await said(TENANT)).toEqual({
      [billed.attempt.callKey]: 'settled',
      [unbilled.attempt.callKey]: 'void',
      [open.attempt.callKey]: 'open',
      'nobody/0': 'missing',
    });
    expect(await said(TENANT)).toMatchObject({
      [billed.attempt.callKey]: 'already',
      [unbilled.attempt.callKey]: 'already',
    });
    expect(await sums(pool, billed.room)).toMatchObject({ settled: 70, unknown: 0 });
    expect(await sums(pool, unbilled.room)).toMatchObject({ settled: 0, unknown: 0 });
    expect((await getRunNodes(pool, TENANT, billed.runId))[0]).toMatchObject({ costMicroUsd: 70, inputTokens: 3 });
  });

  it('books a bill for what was proved unbilled as an overrun', async () => {
    const { attempt, room } = await sentCall();
    await settle(pool, [{ ...attempt, outcome: 'failed', failureClass: 'retryable', failure: 'rejected' }]);
    expect(
      await reconcile(pool, TENANT, [{ callKey: attempt.callKey, n: 1, billed: true, actualMicroUsd: 30 }]),
    ).toMatchObject([{ answer: 'settled' }]);
    expect(await sums(pool, room)).toMatchObject({ settled: 30, overrun: 30, reserved: 0 });
  });

  it('leaves room for a call that only unknown attempts kept out', async () => {
    const room = await budget(pool, 'run:unknown-room', ESTIMATE);
    const [lost] = admitted(await reserve(pool, [call('unknown-room/0', [room], ESTIMATE)]));
    await markSent(pool, [lost!], 60_000);
    await settle(pool, [{ ...lost!, outcome: 'unknown', failureClass: 'timeout', failure: 'x' }]);
    const ask = () => reserve(pool, [call('unknown-room/1', [room], ESTIMATE)]);
    expect(await ask()).toMatchObject([{ answer: 'unknown', level: { budget: room } }]);
    await reconcile(pool, TENANT, [{ callKey: 'unknown-room/0', n: 1, billed: false }]);
    expect(await ask()).toMatchObject([{ answer: 'admitted' }]);
  });
});

describe('the ledger', () => {
  it('is append-only', async () => {
    await expect(pool.query('UPDATE ledger_entry SET amount_micro_usd = 0')).rejects.toThrow(/append-only/);
    await expect(pool.query('DELETE FROM ledger_entry')).rejects.toThrow(/append-only/);
  });

  it('sums to zero over all accounts', async () => {
    const { known, unknown, overrun, funds } = await ledgerTotals(pool, TENANT);
    expect(known).toBeGreaterThan(0);
    expect(overrun).toBeGreaterThan(0);
    expect(known + unknown + overrun + funds).toBe(0);
  });

  it('lists unknown spend that nobody explained in time', async () => {
    const { attempt } = await sentCall();
    await settle(pool, [{ ...attempt, outcome: 'unknown', failureClass: 'timeout', failure: 'x' }]);
    const before = await overdueUnknown(pool, { tenant: TENANT });
    await pool.query(`UPDATE attempt SET closed_at = closed_at - interval '25 hours' WHERE call_key = $1`, [
      attempt.callKey,
    ]);
    const after = await overdueUnknown(pool, { tenant: TENANT });
    expect(after.attempts).toBe(before.attempts + 1);
    expect(after.heldMicroUsd).toBe(before.heldMicroUsd + ESTIMATE);
    expect((await overdueUnknown(pool, { tenant: newId() })).attempts).toBe(0);
  });
});
