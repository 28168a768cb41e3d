import type { Pool } from 'pg';
import { LonghaulError } from '../../domain/kernel/errors';
import { offers, type Capabilities } from '../../domain/simulation/runners/capabilities';
import type { Runner, RunnerKind } from '../../domain/simulation/runners/runner';
import { toJsonb } from './jsonb';
import { execute, firstRow, rows, type Db, type Tx } from './rows';
import { withTransaction } from './transaction';

export interface StoredRunner extends Runner {
  credential: string | null;
  registeredAt: Date;
  /** When it registered last. */
  seenAt: Date;
  /** When it counts as gone, unless it registers again; null: never. */
  goneAt: Date | null;
  gone: boolean;
}

const COLUMNS = `id, kind, address, capabilities, credential, registered_at AS "registeredAt", seen_at AS "seenAt", gone_at AS "goneAt",
  coalesce(gone_at <= now(), false) AS gone`;
/** The same order on every installation, whatever its collation. */
const BY_ID = 'ORDER BY id COLLATE "C"';

export type Registration = Runner & { ttlSeconds?: number | undefined };

/**
 * The same id again replaces what it said before, and is its sign of life. A new one finds room among `registeredMax`;
 * whoever is gone makes room for it.
 *
 * @throws LonghaulError TooManyRunners
 */
export async function registerRunner(
  pool: Pool,
  tenant: string,
  runner: Registration,
  registeredMax: number,
): Promise<StoredRunner & { fresh: boolean }> {
  return await withTransaction(pool, async (tx) => {
    await execute(tx, ONE_AT_A_TIME, [tenant]);
    const known = await getRunner(tx, tenant, runner.id);
    if (known === undefined && !(await hasRoom(tx, tenant, registeredMax)))
      throw new LonghaulError('TooManyRunners', { runner: runner.id, limit: registeredMax });
    return await store(tx, tenant, runner);
  });
}

/** Two that counted at once would be one too many. */
const ONE_AT_A_TIME = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 2))';

async function hasRoom(tx: Tx, tenant: string, registeredMax: number): Promise<boolean> {
  const count = async () =>
    (await firstRow<{ count: number }>(tx, 'SELECT count(*)::int AS count FROM runner WHERE tenant_id = $1', [tenant]))!
      .count;
  if ((await count()) < registeredMax) return true;
  await execute(tx, 'DELETE FROM runner WHERE tenant_id = $1 AND gone_at <= now()', [tenant]);
  return (await count()) < registeredMax;
}

/** Those that have been gone for so long. @returns how many there were */
export async function pruneRunners(db: Db, { goneForMs }: { goneForMs: number }): Promise<number> {
  return execute(db, `DELETE FROM runner WHERE gone_at < now() - $1 * interval '1 ms'`, [goneForMs]);
}

async function store(
  db: Db,
  tenant: string,
  { id, kind, address, capabilities, credential, ttlSeconds }: Registration,
): Promise<StoredRunner & { fresh: boolean }> {
  const stored = await firstRow<StoredRunner & { fresh: boolean }>(
    db,
    `INSERT INTO runner AS r (tenant_id, id, kind, address, capabilities, gone_at, credential)
     VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6), $7)
     ON CONFLICT (tenant_id, id) DO UPDATE
       SET kind = $3, address = $4, capabilities = $5, credential = $7, seen_at = now(), gone_at = excluded.gone_at
     RETURNING ${COLUMNS}, (xmax = 0) AS fresh`,
    [tenant, id, kind, address, toJsonb(capabilities), ttlSeconds ?? null, credential ?? null],
  );
  return stored!;
}

export async function getRunner(db: Db, tenant: string, id: string): Promise<StoredRunner | undefined> {
  return firstRow<StoredRunner>(db, `SELECT ${COLUMNS} FROM runner WHERE tenant_id = $1 AND id = $2`, [tenant, id]);
}

/** By id, those that are gone included. @param after the last id of the page before */
export async function listRunners(
  db: Db,
  { tenant, limit, after }: { tenant: string; limit: number; after?: string | undefined },
): Promise<StoredRunner[]> {
  return rows<StoredRunner>(
    db,
    `SELECT ${COLUMNS} FROM runner WHERE tenant_id = $1 AND ($2::text IS NULL OR id COLLATE "C" > $2) ${BY_ID} LIMIT $3`,
    [tenant, after ?? null, limit],
  );
}

/** Runners of these kinds that are there and offer all that is wanted, by id. */
export async function runnersWith(
  db: Db,
  tenant: string,
  wanted: Capabilities,
  kinds: readonly RunnerKind[],
): Promise<StoredRunner[]> {
  const present = await rows<StoredRunner>(
    db,
    `SELECT ${COLUMNS} FROM runner
     WHERE tenant_id = $1 AND kind = ANY ($2) AND (gone_at IS NULL OR gone_at > now()) ${BY_ID}`,
    [tenant, kinds],
  );
  return present.filter(({ capabilities }) => offers(capabilities, wanted));
}

/** @returns whether there was one */
export async function deleteRunner(db: Db, tenant: string, id: string): Promise<boolean> {
  return (await execute(db, 'DELETE FROM runner WHERE tenant_id = $1 AND id = $2', [tenant, id])) > 0;
}
