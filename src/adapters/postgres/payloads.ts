import type { StoredPayload } from '../../domain/artifacts/header';
import { execute, firstRow, type Db } from './rows';

/** As stored, or undefined where there is no such row. */
export async function loadPayload(db: Db, { sha256, bytes }: StoredPayload): Promise<Uint8Array | undefined> {
  const row = await firstRow<{ content: Buffer }>(
    db,
    `SELECT content FROM payload WHERE sha256 = decode($1, 'hex') AND bytes = $2`,
    [sha256, bytes],
  );
  return row?.content;
}

/** For a payload that nothing names yet; what is published with its content is written by `publish`, in this way. */
export async function insertPayload(db: Db, { sha256, bytes }: StoredPayload, content: string): Promise<void> {
  await execute(
    db,
    `INSERT INTO payload AS p (sha256, bytes, content) SELECT decode($1, 'hex'), $2::integer, decode($3, 'base64')
     WHERE NOT EXISTS (SELECT 1 FROM payload o WHERE o.sha256 = decode($1, 'hex') AND o.bytes = $2::integer AND o.content = decode($3, 'base64'))
     ON CONFLICT (sha256, bytes) DO UPDATE SET content = excluded.content WHERE p.content <> excluded.content`,
    [sha256, bytes, content],
  );
}
