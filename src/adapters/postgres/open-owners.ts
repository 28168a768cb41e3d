import { rows, type Db } from './rows';

/** For the reaper, over all tenants: every process that owns an attempt under way. */
export async function listOpenOwners(db: Db): Promise<string[]> {
  const found = await rows<{ owner: string }>(
    db,
    `SELECT DISTINCT owner FROM attempt WHERE state IN ('reserved', 'sent')`,
  );
  return found.map(({ owner }) => owner);
}
