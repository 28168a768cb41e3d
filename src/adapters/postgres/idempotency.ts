import { toJsonb } from './jsonb';
import { execute, firstRow, type Db, type Tx } from './rows';

export interface IdempotencyKey {
  tenant: string;
  /** Method and path pattern, such as `POST /runs`. */
  route: string;
  key: string;
}

export type KeyClaim =
  /** This transaction may create; `storeAnswer` in the same one. */
  | { state: 'new' }
  | { state: 'answered'; status: number; answer: unknown }
  /** Another transaction has the key. */
  | { state: 'in-progress' }
  /** It was answered for another body. */
  | { state: 'other-body' };

/**
 * Claims a key for this transaction. Of any number at once exactly one gets `new`, and nobody waits. The claim is a lock
 * that ends with the transaction, not a row: a process that dies leaves no key "in progress" for ever.
 *
 * @param request with the SHA-256 of the canonical body as its fingerprint
 */
export async function claimKey(tx: Tx, request: IdempotencyKey & { fingerprint: string }): Promise<KeyClaim> {
  const { tenant, route, key, fingerprint } = request;
  const lock = await firstRow<{ mine: boolean }>(
    tx,
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine',
    [JSON.stringify(['idempotency', tenant, route, key])],
  );
  if (lock?.mine !== true) return { state: 'in-progress' };
  const row = await firstRow<{ fingerprint: string; status: number; answer: unknown }>(
    tx,
    'SELECT fingerprint, status, answer FROM idempotency WHERE tenant_id = $1 AND route = $2 AND key = $3',
    [tenant, route, key],
  );
  if (!row) return { state: 'new' };
  return row.fingerprint === fingerprint
    ? { state: 'answered', status: row.status, answer: row.answer }
    : { state: 'other-body' };
}

/** Remembers the answer in the transaction that created what it speaks of: both are there or neither. */
export async function storeAnswer(
  tx: Tx,
  request: IdempotencyKey & { fingerprint: string; status: number; answer: unknown },
): Promise<void> {
  await execute(
    tx,
    'INSERT INTO idempotency (tenant_id, route, key, fingerprint, status, answer) VALUES ($1, $2, $3, $4, $5, $6)',
    [request.tenant, request.route, request.key, request.fingerprint, request.status, toJsonb(request.answer ?? null)],
  );
}

/** For the sweeper, over all tenants: keys are kept for 24 h. @returns how many were forgotten */
export async function pruneIdempotency(
  db: Db,
  { olderThanMs = 86_400_000 }: { olderThanMs?: number } = {},
): Promise<number> {
  return execute(db, `DELETE FROM idempotency WHERE created_at < now() - $1 * interval '1 ms'`, [olderThanMs]);
}
