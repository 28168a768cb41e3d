import type { AgentStatus } from '../../domain/agents/run-state';
import { isUuid, rows, type Db } from './rows';
import { type Run, SELECT_RUNS } from './runs';

/** The run of one partition, with how far its record goes. */
export interface PartitionRow extends Run {
  tick: number;
  hash: string | null;
}

/** In the order of the partitions. */
export async function listPartitions(db: Db, tenant: string, runId: string): Promise<PartitionRow[]> {
  if (!isUuid(runId)) return [];
  return rows<PartitionRow>(
    db,
    `SELECT m.*, s.tick, s.hash
     FROM (${SELECT_RUNS} WHERE r.tenant_id = $1 AND r.batch_id = $2) m JOIN simulation s ON s.run_id = m."runId"
     JOIN run place ON place.id = m."runId" ORDER BY place.batch_position`,
    [tenant, runId],
  );
}

export interface PartitionAgentRow {
  /** The run of its partition. */
  runId: string;
  agentId: string;
  status: AgentStatus;
  reason: string | null;
  calls: number;
  inputTokens: number;
  outputTokens: number;
  costMicroUsd: number;
}

/** The agents of all partitions, in the order of these and then in their own. */
export async function listPartitionAgents(db: Db, tenant: string, runId: string): Promise<PartitionAgentRow[]> {
  if (!isUuid(runId)) return [];
  return rows<PartitionAgentRow>(
    db,
    `SELECT n.run_id AS "runId", n.name AS "agentId", n.status, n.reason, n.calls, n.input_tokens AS "inputTokens",
            n.output_tokens AS "outputTokens", n.cost_micro_usd AS "costMicroUsd"
     FROM run r JOIN run_node n ON n.run_id = r.id
     WHERE r.tenant_id = $1 AND n.tenant_id = $1 AND r.batch_id = $2 ORDER BY r.batch_position, n.position`,
    [tenant, runId],
  );
}
