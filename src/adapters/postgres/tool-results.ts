import { rows, type Db } from './rows';

/** The artifacts of tool calls that have ended, by tool key. */
export async function loadToolResults(
  db: Db,
  tenant: string,
  toolKeys: readonly string[],
): Promise<Map<string, string>> {
  if (toolKeys.length === 0) return new Map();
  const found = await rows<{ key: string; ref: string }>(
    db,
    `SELECT tool_key AS key, artifact_ref AS ref FROM tool_result
     WHERE tenant_id = $1 AND tool_key = ANY ($2) AND ended_at IS NOT NULL`,
    [tenant, toolKeys],
  );
  return new Map(found.map(({ key, ref }) => [key, ref]));
}
