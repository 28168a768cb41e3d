import type { ArtifactHeader, TimedHeader } from '../../domain/artifacts/header';

export const HEADER_COLUMNS = `
  ref, tenant_id AS tenant, session_id AS "sessionId", branch_id AS "branchId", step_idx AS "stepIdx", episode_id AS "episodeId", group_id AS "groupId",
  parent_refs AS "parentRefs", type, agent_id AS "agentId", mime, ts, model, cost_micro_usd AS "costMicroUsd", input_tokens AS "inputTokens",
  output_tokens AS "outputTokens", latency_ms AS "latencyMs", score, reward, tags, meta, driver, sha256, bytes, raw_bytes AS "rawBytes",
  evaluator_id AS "evaluatorId", judge_version AS "judgeVersion"`;

export const TIMED_COLUMNS = `${HEADER_COLUMNS}, (extract(epoch FROM ts) * 1000000)::bigint AS micros`;

export type HeaderRow = Omit<ArtifactHeader, 'ts'> & { ts: Date };

/** Columns that are null are left out, as the type says; time as ISO text. */
export function toHeader(row: HeaderRow): ArtifactHeader {
  const filled = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as HeaderRow;
  return { ...filled, ts: row.ts.toISOString() };
}

export function toTimedHeader({ micros, ...row }: HeaderRow & { micros: number }): TimedHeader {
  return { header: toHeader(row), tsMicros: micros };
}
