import type { StoredPayload } from '../../domain/artifacts/header';
import { execute, firstRow, type Db } from './rows';

/** Where a position lies from which computing may begin. */
export interface Snapshot extends StoredPayload {
  tick: number;
  hash: string;
  /** Of the world that reads it. */
  worldVersion: number;
}

export async function addSnapshot(
  db: Db,
  { tenant, runId, snapshot }: { tenant: string; runId: string; snapshot: Snapshot },
): Promise<void> {
  const { tick, hash, driver, sha256, bytes, rawBytes, worldVersion } = snapshot;
  await execute(
    db,
    `INSERT INTO snapshot (run_id, tenant_id, tick, hash, driver, sha256, bytes, raw_bytes, world_version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT DO NOTHING`,
    [runId, tenant, tick, hash, driver, sha256, bytes, rawBytes, worldVersion],
  );
}

/** The run's own newest one at or before `tick`. */
export async function snapshotBefore(
  db: Db,
  tenant: string,
  runId: string,
  tick: number,
): Promise<Snapshot | undefined> {
  return firstRow<Snapshot>(
    db,
    `SELECT tick, hash, driver, sha256, bytes, raw_bytes AS "rawBytes", world_version AS "worldVersion" FROM snapshot
     WHERE tenant_id = $1 AND run_id = $2 AND tick <= $3 ORDER BY tick DESC LIMIT 1`,
    [tenant, runId, tick],
  );
}
