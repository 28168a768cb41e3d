import { firstRow, type Db } from './rows';

/** `15.12`, for health checks: it also proves that the server answers. */
export async function postgresVersion(db: Db): Promise<string | null> {
  const row = await firstRow<{ version: string }>(
    db,
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS version`,
  );
  return row?.version ?? null;
}
