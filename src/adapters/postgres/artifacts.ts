import type { ArtifactHeader, NewArtifact } from '../../domain/artifacts/header';
import { HEADER_COLUMNS, type HeaderRow, toHeader } from './artifact-row';
import { toJsonb } from './jsonb';
import { firstRow, isUuid, rows, type Db } from './rows';
import { retryLost } from './transaction';

export interface PublishedArtifact {
  /** Of the first artifact where its ref or idempotency key was published before; then `fresh` is false. */
  ref: string;
  stepIdx: number;
  fresh: boolean;
}

/**
 * Headers with the next steps of their branches, and their outbox rows, in one transaction, with the payloads that
 * travel in them. Idempotent by ref and by idempotency key, so it asks again by itself after a lost connection.
 *
 * @returns one answer per header, in the order given
 */
export async function publishArtifacts(db: Db, headers: readonly NewArtifact[]): Promise<PublishedArtifact[]> {
  const sql = 'SELECT ref, step_idx AS "stepIdx", fresh FROM publish($1)';
  return retryLost(db, () => rows<PublishedArtifact>(db, sql, [toJsonb(headers)]));
}

export async function getArtifact(db: Db, tenant: string, ref: string): Promise<ArtifactHeader | undefined> {
  if (!isUuid(ref)) return undefined;
  const row = await firstRow<HeaderRow>(
    db,
    `SELECT ${HEADER_COLUMNS} FROM artifact WHERE tenant_id = $1 AND ref = $2`,
    [tenant, ref],
  );
  return row && toHeader(row);
}
