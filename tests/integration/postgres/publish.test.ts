import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { publishArtifacts } from '../../../src/adapters/postgres/artifacts';
import { pruneOutbox } from '../../../src/adapters/postgres/outbox-pruning';
import type { NewArtifact } from '../../../src/domain/artifacts/header';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import { artifact, newId, TENANT } from '../../support/ledger';

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  pool = createPool(database.url, { max: 20 });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** @returns the refs that were answered */
async function publish(artifacts: NewArtifact[]): Promise<string[]> {
  return (await publishArtifacts(pool, artifacts)).map(({ ref }) => ref);
}

async function steps(session: string): Promise<{ ref: string; branch: string; step: number }[]> {
  const { rows } = await pool.query(
    'SELECT ref, branch_id AS branch, step_idx AS step FROM artifact WHERE tenant_id = $1 AND session_id = $2 ORDER BY branch_id, step_idx',
    [TENANT, session],
  );
  return rows;
}

async function announced(session: string): Promise<string[]> {
  const { rows } = await pool.query<{ ref: string }>(
    `SELECT payload->>'ref' AS ref FROM outbox WHERE topic = $1 ORDER BY id`,
    [`artifacts:${session}`],
  );
  return rows.map(({ ref }) => ref);
}

it('numbers a batch per branch in the order given, and announces each once', async () => {
  const session = newId();
  const batch = [
    artifact(session),
    artifact(session, { branchId: 'fork' }),
    artifact(session),
    artifact(session, { branchId: 'fork' }),
  ];
  const refs = batch.map(({ ref }) => ref);
  expect(await publish(batch)).toEqual(refs);
  expect(await steps(session)).toEqual([
    { ref: refs[1], branch: 'fork', step: 0 },
    { ref: refs[3], branch: 'fork', step: 1 },
    { ref: refs[0], branch: 'main', step: 0 },
    { ref: refs[2], branch: 'main', step: 1 },
  ]);
  expect((await announced(session)).sort()).toEqual([...refs].sort());
});

it('leaves no gap and no double step when 40 publish at once, over two sessions in any order', async () => {
  const [one, two] = [newId(), newId()];
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      publish(index % 2 ? [artifact(one), artifact(two)] : [artifact(two), artifact(one)]),
    ),
  );
  for (const session of [one, two])
    expect((await steps(session)).map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, index) => index));
});

it('makes one artifact of one idempotency key, also when 20 publish it at once', async () => {
  const session = newId();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => publish([artifact(session, { idempotencyKey: 'k' })])),
  );
  expect(new Set(answers.flat()).size).toBe(1);
  expect(await steps(session)).toHaveLength(1);
  expect(await announced(session)).toHaveLength(1);
});

it('finds the first one when the key was used in another session, or twice in one batch', async () => {
  const [one, two] = [newId(), newId()];
  const [first] = await publish([artifact(one, { idempotencyKey: 'across' })]);
  expect(await publish([artifact(two, { idempotencyKey: 'across' }), artifact(two)])).toEqual([
    first,
    expect.any(String),
  ]);
  expect((await steps(two)).map(({ step }) => step)).toEqual([0]);
  const [a, b] = await publish([
    artifact(two, { idempotencyKey: 'twice' }),
    artifact(two, { idempotencyKey: 'twice' }),
  ]);
  expect(a).toBe(b);
});

it('is idempotent by ref: a lost reply may be asked for again', async () => {
  const session = newId();
  const batch = [artifact(session), artifact(session)];
  const [first, second] = [await publishArtifacts(pool, batch), await publishArtifacts(pool, batch)];
  expect(first).toEqual(batch.map(({ ref }, stepIdx) => ({ ref, stepIdx, fresh: true })));
  expect(second).toEqual(first.map((published) => ({ ...published, fresh: false })));
  expect(await announced(session)).toHaveLength(2);
});

it('refuses a ref that another tenant has', async () => {
  const taken = artifact(newId());
  await publish([taken]);
  await expect(publish([{ ...taken, tenant: 'other' }])).rejects.toThrow(/taken by another artifact/);
});

it('forgets published rows after their time, never unpublished ones', async () => {
  const session = newId();
  await publish([artifact(session), artifact(session), artifact(session)]);
  const [old, young] = await announced(session);
  await pool.query(`UPDATE outbox SET published_at = now() - interval '2 days' WHERE payload->>'ref' = $1`, [old]);
  await pool.query(`UPDATE outbox SET published_at = now() WHERE payload->>'ref' = $1`, [young]);
  expect(await pruneOutbox(pool, { olderThanMs: 86_400_000, limit: 100 })).toBe(1);
  expect(await announced(session)).toHaveLength(2);
});
