import type { AgentStatus } from '../../domain/agents/run-state';
import { isUuid, rows, type Db } from './rows';

export interface RunNode {
  name: string;
  position: number;
  status: AgentStatus;
  reasonCode: string | null;
  reason: string | null;
  calls: number;
  /** Calls that a cassette answered, and those that it was asked for in vain. */
  cassetteHits: number;
  cassetteMisses: number;
  modelFailures: number;
  inputTokens: number;
  outputTokens: number;
  costMicroUsd: number;
  model: string | null;
  waitingSince: Date | null;
  nextTryAt: Date | null;
  startedAt: Date | null;
  completedAt: Date | null;
  outputRef: string | null;
  reusedFromRunId: string | null;
  originRunId: string | null;
}

const SELECT_NODES = `
  SELECT name, position, status, reason_code AS "reasonCode", reason, calls, cassette_hits AS "cassetteHits", cassette_misses AS "cassetteMisses", model_failures AS "modelFailures", input_tokens AS "inputTokens",
         output_tokens AS "outputTokens", cost_micro_usd AS "costMicroUsd", model, waiting_since AS "waitingSince", next_try_at AS "nextTryAt",
         started_at AS "startedAt", completed_at AS "completedAt", output_ref AS "outputRef", reused_from_run_id AS "reusedFromRunId", origin_run_id AS "originRunId"
  FROM run_node WHERE tenant_id = $1 AND run_id = $2`;

/** In the order of the definition. */
export async function getRunNodes(db: Db, tenant: string, runId: string): Promise<RunNode[]> {
  if (!isUuid(runId)) return [];
  return rows<RunNode>(db, `${SELECT_NODES} ORDER BY position`, [tenant, runId]);
}
