import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, type Pool, withTransaction } from '../../../src/adapters/postgres';
import { publishArtifacts } from '../../../src/adapters/postgres/artifacts';
import type { NewArtifact } from '../../../src/domain/artifacts/header';
import type { Payloads } from '../../../src/domain/artifacts/payload-store';
import { createPayloads } from '../../../src/gateway/artifacts';
import { freshDatabase } from '../../support/database';
import { artifact } from '../../support/ledger';
import { type DriverUnderTest, payloadStoreContract } from './payload-store.contract';

interface Inline extends DriverUnderTest {
  store: Payloads;
  pool: Pool;
  dir: string;
}

async function openInline(): Promise<Inline> {
  const database = await freshDatabase();
  const dir = await mkdtemp(join(tmpdir(), 'longhaul-payloads-'));
  const pool = createPool(database.url, { max: 20 });
  const open = () => createPayloads(pool, { dir });
  return {
    ...{ name: 'inline', store: open(), reopen: open, pool, dir },
    tamper: async ({ sha256 }, change) => {
      const where = `WHERE sha256 = decode($1, 'hex')`;
      const { rows } = await pool.query<{ content: Buffer }>(`SELECT content FROM payload ${where}`, [sha256]);
      const changed = change(rows[0]!.content);
      await (changed
        ? pool.query(`UPDATE payload SET content = $2 ${where}`, [sha256, changed])
        : pool.query(`DELETE FROM payload ${where}`, [sha256]));
    },
    count: async () => (await pool.query<{ n: number }>('SELECT count(*)::integer AS n FROM payload')).rows[0]!.n,
    dispose: async () => {
      await pool.end();
      await Promise.all([database.drop(), rm(dir, { recursive: true, force: true })]);
    },
  };
}

payloadStoreContract('inline', openInline);

describe('small payloads in the database', () => {
  let under: Inline;
  beforeAll(async () => (under = await openInline()));
  afterAll(() => under.dispose());

  const carried = async (raw: Uint8Array, changes: Partial<NewArtifact> = {}): Promise<NewArtifact> => ({
    ...artifact(randomUUID(), changes),
    ...(await under.store.carried.put(raw)),
  });
  const publish = (...headers: NewArtifact[]) => publishArtifacts(under.pool, headers);
  const read = async (header: NewArtifact) => Buffer.from(await under.store.get(header, header.ref));

  it('are rows up to 8 KiB as stored, and files above', async () => {
    const [row, file] = [randomBytes(8192), randomBytes(8193)];
    const [small, large] = [await carried(row), await carried(file)];
    expect([small.driver, large.driver]).toEqual(['inline', 'filesystem']);
    expect(large.content).toBeUndefined();
    await publish(small, large);
    expect((await read(small)).equals(row)).toBe(true);
    expect((await read(large)).equals(file)).toBe(true);
    const files = (await readdir(under.dir, { recursive: true })).filter((name) => name.includes('/'));
    expect(files.map((name) => name.slice(3))).toEqual([large.sha256]);
  });

  it('are durable with the transaction that names them: never before, never without', async () => {
    const raw = Buffer.from('kept only if it is named');
    const header = await carried(raw);
    const missing = { code: 'PayloadMissing', message: expect.stringContaining(header.ref) };
    await expect(read(header)).rejects.toMatchObject(missing);
    const killed = withTransaction(under.pool, async (tx) => {
      await publishArtifacts(tx, [header]);
      throw new Error('killed before the commit');
    });
    await expect(killed).rejects.toThrow('killed before the commit');
    await expect(read(header)).rejects.toMatchObject(missing);
    await publish(header);
    expect((await read(header)).equals(raw)).toBe(true);
  });

  it('are one row, however many name them in one batch and in batches at the same time', async () => {
    const before = await under.count();
    const raw = Buffer.alloc(5000, 'often said ');
    const batches = Array.from({ length: 8 }, () => Promise.all(Array.from({ length: 5 }, () => carried(raw))));
    const headers = await Promise.all(batches);
    await Promise.all(headers.map((batch) => publish(...batch)));
    expect(await under.count()).toBe(before + 1);
    expect((await read(headers[7]![4]!)).equals(raw)).toBe(true);
  });

  it('are not kept for a header that is not: the first one of an idempotency key stays', async () => {
    const key = { idempotencyKey: randomUUID() };
    const [first, second] = [await carried(Buffer.from('one'), key), await carried(Buffer.from('two'), key)];
    await publish(first);
    expect(await publish(second)).toMatchObject([{ ref: first.ref, fresh: false }]);
    expect((await read(first)).toString()).toBe('one');
    await expect(read({ ...second, ref: first.ref })).rejects.toMatchObject({ code: 'PayloadMissing' });
  });

  it('are mended by who publishes the same bytes again', async () => {
    const raw = Buffer.from('worth repairing '.repeat(400));
    const first = await carried(raw);
    await publish(first);
    await under.tamper(first, (stored) => stored.subarray(0, 10));
    await expect(read(first)).rejects.toMatchObject({ code: 'PayloadCorrupt' });
    await publish(await carried(raw));
    expect((await read(first)).equals(raw)).toBe(true);
  });

  it('take the room of their bytes and little more', async () => {
    const size = async () =>
      (await under.pool.query<{ n: number }>(`SELECT pg_total_relation_size('payload')::integer AS n`)).rows[0]!.n;
    const before = await size();
    const count = 400;
    for (let done = 0; done < count; done += 100)
      await publish(...(await Promise.all(Array.from({ length: 100 }, () => carried(randomBytes(1500))))));
    const perPayload = ((await size()) - before) / count;
    expect(perPayload).toBeLessThan(1.5 * 1500);
  });
});
