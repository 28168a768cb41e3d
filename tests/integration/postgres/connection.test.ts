import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { connect, type AddressInfo } from 'node:net';
import { createPool, parseSafeInteger, type Pool } from '../../../src/adapters/postgres/connection';
import { isPostgresDown } from '../../../src/adapters/postgres/failures';
import { reserve } from '../../../src/adapters/postgres/ledger';
import { rows } from '../../../src/adapters/postgres/rows';
import { retryLost, withTransaction } from '../../../src/adapters/postgres/transaction';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import { budget, call, sums } from '../../support/ledger';

let database: FreshDatabase;
let admin: Pool;
let pools: Pool[];

beforeAll(async () => {
  database = await freshDatabase();
  admin = createPool(database.url, { max: 2, applicationName: 'admin' });
  await admin.query('CREATE TABLE box (id text PRIMARY KEY, value integer NOT NULL)');
});

beforeEach(() => (pools = []));
afterEach(() => Promise.all(pools.map((pool) => pool.end())));

afterAll(async () => {
  await admin.end();
  await database.drop();
});

function poolOf(options: Parameters<typeof createPool>[1] = {}, url = database.url): Pool {
  const pool = createPool(url, options);
  pools.push(pool);
  return pool;
}

/** Ends the backends of one application, as an operator or a restart does. @returns how many */
async function terminate(applicationName: string): Promise<number> {
  const { rowCount } = await admin.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
    [applicationName],
  );
  return rowCount ?? 0;
}

async function untilWaiting(applicationName: string, count: number): Promise<void> {
  for (;;) {
    const { rows: found } = await admin.query<{ count: number }>(
      `SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'`,
      [applicationName],
    );
    if (found[0]!.count >= count) return;
  }
}

describe('a pool whose connections are ended by the server', () => {
  it('heals when they were idle: the process lives, the listener is told, the next query works', async () => {
    const told: Error[] = [];
    const pool = poolOf({ max: 3, applicationName: 'idle', onIdleError: (error) => told.push(error) });
    await Promise.all([1, 2, 3].map(() => pool.query('SELECT pg_sleep(0.02)')));
    const removed = new Promise<void>((resolve) => pool.on('remove', () => pool.totalCount === 0 && resolve()));
    expect(await terminate('idle')).toBe(3);
    await removed;
    expect(told).toHaveLength(3);
    expect(await rows(pool, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('repeats by itself, in flight, what is idempotent by key', async () => {
    const room = await budget(admin, 'run:terminated', 1_000);
    const pool = poolOf({ max: 20, applicationName: 'in-flight' });
    const blocker = await admin.connect();
    await blocker.query('BEGIN');
    await blocker.query('SELECT 1 FROM budget WHERE id = $1 FOR UPDATE', [room]);
    const pending = Promise.all(
      Array.from({ length: 10 }, (_, index) => reserve(pool, [call(`terminated/${index}`, [room], 100)])),
    );
    await untilWaiting('in-flight', 10);
    expect(await terminate('in-flight')).toBe(10);
    await blocker.query('COMMIT');
    blocker.release();
    expect((await pending).flat().map(({ answer }) => answer)).toEqual(Array(10).fill('admitted'));
    expect(await sums(admin, room)).toMatchObject({ reserved: 1_000 });
  });

  it('says that PostgreSQL does not answer when it is in the middle of a transaction, and keeps nothing', async () => {
    const pool = poolOf({ max: 1, applicationName: 'middle' });
    let runs = 0;
    const work = withTransaction(pool, async (tx) => {
      runs += 1;
      await tx.query(`INSERT INTO box VALUES ('middle', 1)`);
      const ended = once(tx, 'end');
      await terminate('middle');
      await ended;
      await rows(tx, 'SELECT 1');
    });
    const error: unknown = await work.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ServiceUnavailable', params: { service: 'PostgreSQL' } });
    expect(isPostgresDown(error)).toBe(true);
    expect(runs).toBe(1);
    expect((await admin.query(`SELECT 1 FROM box WHERE id = 'middle'`)).rowCount).toBe(0);
    expect(await rows(pool, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('withTransaction', () => {
  it('repeats a transaction that a deadlock rolled back', async () => {
    await admin.query(`INSERT INTO box VALUES ('left', 0), ('right', 0)`);
    const pool = poolOf({ max: 2 });
    let runs = 0;
    let both: () => void = () => undefined;
    const bothHoldOne = new Promise<void>((resolve) => (both = resolve));
    let holding = 0;
    const add = (first: string, second: string) =>
      withTransaction(pool, async (tx) => {
        runs += 1;
        await tx.query('UPDATE box SET value = value + 1 WHERE id = $1', [first]);
        holding += 1;
        if (holding >= 2) both();
        await bothHoldOne;
        await tx.query('UPDATE box SET value = value + 1 WHERE id = $1', [second]);
      });
    await Promise.all([add('left', 'right'), add('right', 'left')]);
    expect(runs).toBe(3);
    expect((await admin.query(`SELECT value FROM box WHERE id IN ('left', 'right')`)).rows).toEqual([
      { value: 2 },
      { value: 2 },
    ]);
  });

  it('is repeated as a whole when a statement inside it, idempotent or not, met a conflict', async () => {
    const pool = poolOf({ max: 1 });
    const tries: number[] = [];
    let runs = 0;
    const answer = await withTransaction(pool, async (tx) => {
      runs += 1;
      return retryLost(tx, () => {
        tries.push(runs);
        return rows(
          tx,
          runs === 1 ? `DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$` : 'SELECT 1 AS one',
        );
      });
    });
    expect(answer).toEqual([{ one: 1 }]);
    expect(tries).toEqual([1, 2]);
  });

  it('rolls back what throws, passes the error on, and keeps the connection', async () => {
    const pool = poolOf({ max: 1 });
    const backend = async () => (await rows<{ pid: number }>(pool, 'SELECT pg_backend_pid() AS pid'))[0]!.pid;
    const before = await backend();
    await expect(
      withTransaction(pool, async (tx) => {
        await tx.query(`INSERT INTO box VALUES ('thrown', 1)`);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await rows(pool, `SELECT 1 FROM box WHERE id = 'thrown'`)).toEqual([]);
    expect(await backend()).toBe(before);
  });

  it('never repeats a COMMIT whose reply was lost: the row is there, and the caller is told to look', async () => {
    const link = await cutLink();
    const pool = poolOf({ max: 1, queryTimeoutMs: 2_000 }, link.url(database.url));
    let runs = 0;
    const work = withTransaction(pool, async (tx) => {
      runs += 1;
      await tx.query(`INSERT INTO box VALUES ('commit', 1)`);
      link.cutReplies();
    });
    await expect(work).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    expect(runs).toBe(1);
    expect(await rows(admin, `SELECT value FROM box WHERE id = 'commit'`)).toEqual([{ value: 1 }]);
    await link.close();
  });
});

describe('deadlines', () => {
  it('end a query on a link that went silent', async () => {
    const link = await cutLink();
    const pool = poolOf({ max: 1, queryTimeoutMs: 400 }, link.url(database.url));
    await pool.query('SELECT 1');
    link.freeze();
    await expect(rows(pool, 'SELECT 1')).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      message: expect.stringContaining('Query read timeout'),
    });
    await link.close();
  });

  it('end a slow statement at the server first', async () => {
    const pool = poolOf({ max: 1, queryTimeoutMs: 500 });
    await expect(rows(pool, 'SELECT pg_sleep(30)')).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      message: expect.stringContaining('statement timeout'),
    });
  });

  it('end a connect to a server that is not there, without its password in the message', async () => {
    const pool = poolOf({ max: 1 }, 'postgres://someone:geheim@127.0.0.1:1/nowhere');
    const error: unknown = await rows(pool, 'SELECT 1').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ServiceUnavailable' });
    expect(JSON.stringify(error) + String(error)).not.toContain('geheim');
  });
});

describe('bigint', () => {
  it('is a number, in rows and in arrays of rows', async () => {
    expect(
      await rows(admin, 'SELECT 9007199254740991::bigint AS largest, count(*) AS counted FROM (VALUES (1), (2)) v'),
    ).toEqual([{ largest: Number.MAX_SAFE_INTEGER, counted: 2 }]);
  });

  it('beyond 2^53 is refused instead of rounded', () => {
    expect(() => parseSafeInteger('9007199254740993')).toThrow(/9007199254740993/);
  });
});

/** A link to PostgreSQL that can lose the server's replies, or go silent. */
async function cutLink() {
  const target = new URL(database.url);
  const sockets: Socket[] = [];
  let lose: 'nothing' | 'replies' | 'everything' = 'nothing';
  const server: Server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    sockets.push(client, upstream);
    client.on('data', (data) => lose !== 'everything' && upstream.write(data));
    upstream.on('data', (data) => {
      if (lose === 'nothing') client.write(data);
      else if (lose === 'replies') client.resetAndDestroy();
    });
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url(original: string): string {
      const url = new URL(original);
      url.hostname = '127.0.0.1';
      url.port = String((server.address() as AddressInfo).port);
      return url.href;
    },
    cutReplies: () => void (lose = 'replies'),
    freeze: () => void (lose = 'everything'),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
