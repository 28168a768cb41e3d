import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { expire, markSent, reserve, reserveAndSend, settle } from '../../../src/adapters/postgres/ledger';
import type { ReserveAnswer } from '../../../src/adapters/postgres/ledger-types';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import { admitted, answered, budget, call, endLeases, run, sums, TENANT, violations } from '../../support/ledger';

let database: FreshDatabase;
let pool: Pool;

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

function counts(answers: ReserveAnswer[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const { answer } of answers) result[answer] = (result[answer] ?? 0) + 1;
  return result;
}

/** Each in a transaction of its own, all at once. */
async function reserveAtOnce(keys: string[], budgets: string[], estimate: number): Promise<ReserveAnswer[]> {
  return (await Promise.all(keys.map((key) => reserve(pool, [call(key, budgets, estimate)])))).flat();
}

describe('room for 10 worst cases, 100 callers at once', () => {
  const keys = (name: string) => Array.from({ length: 100 }, (_, index) => `${name}/${index}`);

  it('admits 10 and lets 90 wait', async () => {
    const room = await budget(pool, 'run:hundred', 1_000);
    const answers = await reserveAtOnce(keys('hundred'), [room], 100);
    expect(counts(answers)).toEqual({ admitted: 10, wait: 90 });
    expect(await sums(pool, room)).toMatchObject({ reserved: 1_000, settled: 0 });
    const { rows } = await pool.query(`SELECT count(*) AS attempts FROM attempt WHERE call_key LIKE 'hundred/%'`);
    expect(rows).toEqual([{ attempts: 10 }]);
  });

  it('refuses the 90 when the answers cost the worst case', async () => {
    const room = await budget(pool, 'run:worst', 1_000);
    const first = await reserveAtOnce(keys('worst'), [room], 100);
    await settle(
      pool,
      admitted(first).map((attempt) => answered(attempt, 100)),
    );
    const again = await reserveAtOnce(keys('worst'), [room], 100);
    expect(counts(again)).toEqual({ stored: 10, refused: 90 });
    expect(again.find(({ answer }) => answer === 'refused')).toMatchObject({
      level: { budget: room, limitMicroUsd: 1_000, settledMicroUsd: 1_000, reservedMicroUsd: 0, unknownMicroUsd: 0 },
    });
  });

  it('admits more when the answers cost half, and never too many', async () => {
    const room = await budget(pool, 'run:half', 1_000);
    let stored = 0;
    for (let round = 1; stored < 100 && round < 20; round += 1) {
      const answers = await reserveAtOnce(keys('half'), [room], 100);
      const { settled, reserved } = await sums(pool, room);
      expect(settled + reserved).toBeLessThanOrEqual(1_000);
      const mine = admitted(answers);
      if (mine.length === 0) break;
      await settle(
        pool,
        mine.map((attempt) => answered(attempt, 50)),
      );
      stored += mine.length;
    }
    // 1,000 = 18 × 50 + 100: the nineteenth is the last whose worst case fits.
    expect(stored).toBe(19);
    expect(counts(await reserveAtOnce(keys('half'), [room], 100))).toEqual({ stored: 19, refused: 81 });
  });
});

describe('one call', () => {
  it('asked for by 30 at once is reserved once', async () => {
    const room = await budget(pool, 'run:same', 1_000);
    const answers = await reserveAtOnce(
      Array.from({ length: 30 }, () => 'same/0'),
      [room],
      100,
    );
    expect(counts(answers)).toEqual({ admitted: 1, leased: 29 });
    expect(await sums(pool, room)).toMatchObject({ reserved: 100 });
    const leased = answers.find((answer) => answer.answer === 'leased');
    expect(leased?.leaseLeftMs).toBeGreaterThan(50_000);
    expect(leased?.leaseLeftMs).toBeLessThanOrEqual(60_000);
  });

  it('asked for again with the same token after a lost reply is the same reservation', async () => {
    const room = await budget(pool, 'run:token', 1_000);
    const again = JSON.stringify([{ ...call('token/0', [room], 100), token: '0b6cbd4e-3ac1-4a4a-9e55-6f1f6d1f2a10' }]);
    const ask = () => pool.query('SELECT answer, n, epoch FROM reserve($1)', [again]);
    const [first, second] = [await ask(), await ask()];
    expect(first.rows).toEqual([{ answer: 'admitted', n: 1, epoch: expect.any(Number) }]);
    expect(second.rows).toEqual(first.rows);
    expect(await sums(pool, room)).toMatchObject({ reserved: 100 });
  });

  it('with its permit at hand is marked sent in the same step; who finds no room is not', async () => {
    const room = await budget(pool, 'run:sent', 250);
    const calls = ['sent/0', 'sent/1', 'sent/2'].map((key) => call(key, [room], 100));
    expect(counts(await reserveAndSend(pool, calls))).toEqual({ admitted: 2, wait: 1 });
    const { rows } = await pool.query(
      `SELECT state, sent_epoch = epoch AS own FROM attempt WHERE call_key LIKE 'sent/%'`,
    );
    expect(rows).toEqual([
      { state: 'sent', own: true },
      { state: 'sent', own: true },
    ]);
    expect(counts(await reserve(pool, [calls[0]!]))).toEqual({ leased: 1 });
    await endLeases(pool, 'sent/0');
    await endLeases(pool, 'sent/1');
    expect(await expire(pool, { limit: 10, graceMs: 0 })).toEqual({ voided: 0, unknown: 2 });
  });

  it('marked sent and asked for again with the same token is the same attempt', async () => {
    const room = await budget(pool, 'run:token-sent', 1_000);
    const request = { ...call('token-sent/0', [room], 100), token: '0b6cbd4e-3ac1-4a4a-9e55-6f1f6d1f2a11' };
    const ask = (leaseMs: number) =>
      pool.query('SELECT answer, n, epoch FROM reserve_and_send($1)', [JSON.stringify([{ ...request, leaseMs }])]);
    const [first, second] = [await ask(60_000), await ask(600_000)];
    expect(first.rows).toEqual([{ answer: 'admitted', n: 1, epoch: expect.any(Number) }]);
    expect(second.rows).toEqual(first.rows);
    expect(await sums(pool, room)).toMatchObject({ reserved: 100 });
    // Who asks again begins only now: with what is left of the first lease the call could be another's while it is sent.
    const { rows } = await pool.query(
      `SELECT lease_until > clock_timestamp() + interval '5 minutes' AS whole FROM attempt WHERE call_key = 'token-sent/0'`,
    );
    expect(rows).toEqual([{ whole: true }]);
    // An outage may outlast the lease: the asker itself is proof that its attempt is not lost.
    await endLeases(pool, 'token-sent/0');
    expect((await ask(60_000)).rows).toEqual(first.rows);
  });

  it('with its permit at hand takes up an attempt that never left, and sends it', async () => {
    const room = await budget(pool, 'run:taken-up', 1_000);
    const [first] = admitted(await reserve(pool, [call('taken-up/0', [room], 100)]));
    await endLeases(pool, 'taken-up/0');
    const calls = ['taken-up/0', 'taken-up/1'].map((key) => call(key, [room], 300, { owner: 'worker-2' }));
    const again = admitted(await reserveAndSend(pool, calls));
    expect(again.map(({ callKey, n }) => `${callKey}#${n}`).sort()).toEqual(['taken-up/0#1', 'taken-up/1#1']);
    expect(again.every(({ epoch }) => epoch > first!.epoch)).toBe(true);
    const { rows } = await pool.query(
      `SELECT state, owner, sent_epoch = epoch AS own, sent_at IS NOT NULL AS sent FROM attempt WHERE call_key LIKE 'taken-up/%'`,
    );
    expect(rows).toEqual(Array(2).fill({ state: 'sent', owner: 'worker-2', own: true, sent: true }));
    expect(await sums(pool, room)).toMatchObject({ reserved: 600 });
  });

  it('keeps n while its attempt was never sent, under a new epoch', async () => {
    const room = await budget(pool, 'run:reuse', 1_000);
    const [first] = admitted(await reserve(pool, [call('reuse/0', [room], 100)]));
    await endLeases(pool, 'reuse/0');
    const [second] = admitted(await reserve(pool, [call('reuse/0', [room], 300, { owner: 'worker-2' })]));
    expect(second).toMatchObject({ n: 1 });
    expect(second!.epoch).toBeGreaterThan(first!.epoch);
    expect(await sums(pool, room)).toMatchObject({ reserved: 300 });
    expect(await markSent(pool, [first!], 1_000)).toEqual([]);
  });

  it('gets the next n after an attempt was sent', async () => {
    const room = await budget(pool, 'run:next', 1_000);
    const [first] = admitted(await reserve(pool, [call('next/0', [room], 100)]));
    await markSent(pool, [first!], 60_000);
    await endLeases(pool, 'next/0');
    expect(admitted(await reserve(pool, [call('next/0', [room], 100)]))).toMatchObject([{ n: 2 }]);
    expect(await sums(pool, room)).toMatchObject({ reserved: 100, unknown: 100 });
  });

  it('that lost its process three times is poison', async () => {
    const room = await budget(pool, 'run:poison', 10_000);
    for (let n = 1; n <= 3; n += 1) {
      const [attempt] = admitted(await reserve(pool, [call('poison/0', [room], 100)]));
      expect(attempt?.n).toBe(n);
      await markSent(pool, [attempt!], 60_000);
      await endLeases(pool, 'poison/0');
    }
    expect(await reserve(pool, [call('poison/0', [room], 100)])).toEqual([
      { answer: 'poison', callKey: 'poison/0', n: 3 },
    ]);
  });

  it('under another tenant, or under a budget that does not exist, fails closed', async () => {
    const room = await budget(pool, 'run:closed', 1_000);
    await reserve(pool, [call('closed/0', [room], 100)]);
    await expect(reserve(pool, [call('closed/0', [room], 100, { tenant: 'other' })])).rejects.toThrow(/another tenant/);
    await expect(reserve(pool, [call('closed/1', [room], 100, { tenant: 'other' })])).rejects.toThrow(/unknown budget/);
    await expect(reserve(pool, [call('closed/2', [room, 'run:nowhere'], 100)])).rejects.toThrow(/unknown budget/);
    await expect(reserve(pool, [call('closed/3', [], 100)])).rejects.toThrow(/unknown budget/);
  });
});

describe('turns', () => {
  it('go to the older waiter, whoever asks first when room appears', async () => {
    const room = await budget(pool, 'run:turns', 100);
    const [holder] = admitted(await reserve(pool, [call('turns/holder', [room], 100)]));
    await reserve(pool, [call('turns/old', [room], 100)]);
    await reserve(pool, [call('turns/young', [room], 100)]);
    await settle(pool, [{ ...holder!, outcome: 'failed', failureClass: 'retryable', failure: 'test' }]);
    expect(await reserve(pool, [call('turns/young', [room], 100)])).toMatchObject([{ answer: 'wait' }]);
    expect(await reserve(pool, [call('turns/new', [room], 100)])).toMatchObject([{ answer: 'wait' }]);
    expect(await reserve(pool, [call('turns/old', [room], 100)])).toMatchObject([{ answer: 'admitted' }]);
  });

  it('of a batch follow arrival, too', async () => {
    const room = await budget(pool, 'run:batch-turns', 100);
    const [holder] = admitted(await reserve(pool, [call('bt/holder', [room], 100)]));
    await reserve(pool, [call('bt/old', [room], 100)]);
    await settle(pool, [{ ...holder!, outcome: 'failed', failureClass: 'retryable', failure: 'test' }]);
    const answers = await reserve(pool, [call('bt/new', [room], 100), call('bt/old', [room], 100)]);
    expect(Object.fromEntries(answers.map(({ callKey, answer }) => [callKey, answer]))).toEqual({
      'bt/new': 'wait',
      'bt/old': 'admitted',
    });
  });

  it('let everybody in who fits, in any order of asking', async () => {
    const room = await budget(pool, 'run:all-fit', 100);
    const [holder] = admitted(await reserve(pool, [call('fit/holder', [room], 100)]));
    for (const name of ['a', 'b', 'c']) await reserve(pool, [call(`fit/${name}`, [room], 40)]);
    await settle(pool, [{ ...holder!, outcome: 'failed', failureClass: 'retryable', failure: 'test' }]);
    expect(await reserve(pool, [call('fit/c', [room], 40)])).toMatchObject([{ answer: 'wait' }]);
    expect(await reserve(pool, [call('fit/b', [room], 40)])).toMatchObject([{ answer: 'admitted' }]);
    expect(await reserve(pool, [call('fit/a', [room], 40)])).toMatchObject([{ answer: 'admitted' }]);
  });

  it('are not held up by small ones: a large call is served before what came later', async () => {
    const room = await budget(pool, 'run:large', 100);
    const [one, two] = admitted(await reserve(pool, [call('large/1', [room], 50), call('large/2', [room], 50)]));
    expect(await reserve(pool, [call('large/big', [room], 100)])).toMatchObject([{ answer: 'wait' }]);
    await settle(pool, [{ ...one!, outcome: 'failed', failureClass: 'retryable', failure: 'test' }]);
    expect(await reserve(pool, [call('large/small', [room], 10)])).toMatchObject([{ answer: 'wait' }]);
    await settle(pool, [{ ...two!, outcome: 'failed', failureClass: 'retryable', failure: 'test' }]);
    expect(await reserve(pool, [call('large/small', [room], 10)])).toMatchObject([{ answer: 'wait' }]);
    expect(await reserve(pool, [call('large/big', [room], 100)])).toMatchObject([{ answer: 'admitted' }]);
  });

  it('are not blocked by a waiter that stopped asking', async () => {
    const room = await budget(pool, 'run:gone', 100);
    const [holder] = admitted(await reserve(pool, [call('gone/holder', [room], 100)]));
    await reserve(pool, [call('gone/dead', [room], 100, { waiterTtlMs: 0 })]);
    await settle(pool, [{ ...holder!, outcome: 'failed', failureClass: 'retryable', failure: 'test' }]);
    expect(await reserve(pool, [call('gone/alive', [room], 100)])).toMatchObject([{ answer: 'admitted' }]);
  });

  it('of waiters gone for an hour are forgotten by the sweeper', async () => {
    const room = await budget(pool, 'run:forgotten', 100);
    await reserve(pool, [call('forgotten/holder', [room], 100)]);
    await reserve(pool, [call('forgotten/waiter', [room], 100)]);
    await pool.query(
      `UPDATE budget_waiter SET expires_at = now() - interval '2 hours' WHERE call_key = 'forgotten/waiter'`,
    );
    await expire(pool, { limit: 100, graceMs: 0 });
    expect((await pool.query(`SELECT 1 FROM budget_waiter WHERE call_key = 'forgotten/waiter'`)).rowCount).toBe(0);
  });
});

describe('a batch', () => {
  it('in which some are refused admits the others', async () => {
    const room = await budget(pool, 'run:mixed', 250);
    const answers = await reserve(pool, [
      call('mixed/huge', [room], 251),
      call('mixed/1', [room], 100),
      call('mixed/2', [room], 100),
      call('mixed/3', [room], 100),
    ]);
    expect(answers.map(({ callKey, answer }) => [callKey, answer])).toEqual([
      ['mixed/huge', 'refused'],
      ['mixed/1', 'admitted'],
      ['mixed/2', 'admitted'],
      ['mixed/3', 'wait'],
    ]);
  });

  it('that names one call twice reserves it once', async () => {
    const room = await budget(pool, 'run:twice', 250);
    const answers = await reserve(pool, [call('twice/0', [room], 100), call('twice/0', [room], 100)]);
    expect(counts(answers)).toEqual({ admitted: 1, leased: 1 });
  });
});

describe('levels', () => {
  it('are all held: tenant, run and agent', async () => {
    const tenant = await budget(pool, `tenant:${TENANT}`, 500);
    const { runId } = await run(pool, {
      costLimitMicroUsd: 300,
      nodes: [
        { name: 'a', costLimitMicroUsd: 200 },
        { name: 'b', costLimitMicroUsd: 300 },
      ],
    });
    const levels = [tenant, `run:${runId}`, `agent:${runId}/a`, `agent:${runId}/b`];
    const ask = async (node: string, index: number) =>
      (await reserve(pool, [call(`${runId}/${node}/${index}`, [`agent:${runId}/${node}`], 100, { runId, node })]))[0]!;

    const first = await ask('a', 0);
    expect(first.answer).toBe('admitted');
    expect((await ask('a', 1)).answer).toBe('admitted');
    expect(await ask('a', 2)).toMatchObject({ answer: 'wait', level: { budget: `agent:${runId}/a` } });
    expect((await ask('b', 0)).answer).toBe('admitted');
    expect(await ask('b', 1)).toMatchObject({ answer: 'wait', level: { budget: `run:${runId}` } });
    expect((await Promise.all(levels.map((id) => sums(pool, id)))).map(({ reserved }) => reserved)).toEqual([
      300, 300, 200, 100,
    ]);

    await settle(pool, [answered(admitted([first])[0]!, 60)]);
    expect(
      (await Promise.all(levels.map((id) => sums(pool, id)))).map(({ settled, reserved }) => [settled, reserved]),
    ).toEqual([
      [60, 200],
      [60, 200],
      [60, 100],
      [0, 100],
    ]);
    // 60 settled + 100 unsent: a third worst case of 100 can never fit the agent's 200 … once the second costs its worst.
    expect(await ask('a', 2)).toMatchObject({ answer: 'wait' });
  });

  it('answer with the strictest: refused before unknown before wait', async () => {
    await budget(pool, 'strict:top', 1_000);
    await budget(pool, 'strict:mid', 200, 'strict:top');
    const low = await budget(pool, 'strict:low', 100, 'strict:mid');
    const [lost] = admitted(await reserve(pool, [call('strict/lost', ['strict:mid'], 150)]));
    await markSent(pool, [lost!], 60_000);
    await settle(pool, [{ ...lost!, outcome: 'unknown', failureClass: 'timeout', failure: 'test' }]);
    expect(await reserve(pool, [call('strict/1', [low], 80)])).toMatchObject([
      { answer: 'unknown', level: { budget: 'strict:mid', unknownMicroUsd: 150 } },
    ]);
    expect(await reserve(pool, [call('strict/2', [low], 101)])).toMatchObject([
      { answer: 'refused', level: { budget: 'strict:low' } },
    ]);
    expect(await reserve(pool, [call('strict/3', [low], 50)])).toMatchObject([{ answer: 'admitted' }]);
  });

  it('of another run: a call that comes back under other budgets frees the first ones', async () => {
    const first = await budget(pool, 'run:first-owner', 100);
    const second = await budget(pool, 'run:second-owner', 100);
    await reserve(pool, [call('moved/0', [first], 100)]);
    await endLeases(pool, 'moved/0');
    expect(await reserve(pool, [call('moved/0', [second], 100)])).toMatchObject([{ answer: 'admitted', n: 1 }]);
    expect([await sums(pool, first), await sums(pool, second)]).toMatchObject([{ reserved: 0 }, { reserved: 100 }]);
  });
});
