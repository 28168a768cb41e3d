import type { NewArtifact } from '../../domain/artifacts/header';
import { storableText, toJsonb } from './jsonb';
import { rows, type Db } from './rows';
import { retryLost } from './transaction';

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

export interface ToolBeginning {
  tenant: string;
  runId: string;
  node: string;
  toolKey: string;
  /** As the model wrote it; it may be no tool at all. */
  tool: string;
  argumentsHash: string;
  /** A pure tool's result is good for the same arguments anywhere in the tenant. */
  shareable: boolean;
  /** UUID of this try: the same try that asks again, because the answer was lost, has not begun twice. */
  begunBy: string;
}

export interface EndedTool {
  ok: boolean;
  ref: string;
}

/** `again`: an earlier try began it, and did not say how it ended. */
export type ToolState = { state: 'begun' } | { state: 'again' } | ({ state: 'ended' } & EndedTool);

/** Notes that a tool is about to be executed, or answers with the result that there is. */
export async function beginTool(db: Db, beginning: ToolBeginning): Promise<ToolState> {
  const { tenant, runId, node, toolKey, tool, argumentsHash, shareable, begunBy } = beginning;
  const values = [tenant, runId, node, toolKey, storableText(tool), argumentsHash, shareable, begunBy];
  const [row] = await retryLost(db, () =>
    rows<ToolRow>(db, 'SELECT state, ok, ref FROM begin_tool($1, $2, $3, $4, $5, $6, $7, $8)', values),
  );
  const { state, ok, ref } = row!;
  return state === 'ended' ? { state, ok: ok!, ref: ref! } : { state };
}

interface ToolRow {
  state: ToolState['state'];
  ok: boolean | null;
  ref: string | null;
}

/**
 * Publishes a result and ends its row in one transaction.
 * @returns the result that counts: of the first end
 */
export async function endTool(
  db: Db,
  { tenant, toolKey, ok, artifact }: { tenant: string; toolKey: string; ok: boolean; artifact: NewArtifact },
): Promise<EndedTool> {
  const values = [tenant, toolKey, ok, toJsonb(artifact)];
  const [row] = await retryLost(db, () => rows<EndedTool>(db, 'SELECT ok, ref FROM end_tool($1, $2, $3, $4)', values));
  return row!;
}
