import type { RunStatus } from '../../domain/agents/run-state';
import type { MicroUsd } from '../../domain/kernel/money';
import { firstRow, isUuid, rows, type Db } from './rows';

/** A simulation with its run's state, as lists show it. */
export interface SimulationRow {
  runId: string;
  name: string;
  world: string;
  status: RunStatus;
  reasonCode: string | null;
  reason: string | null;
  seed: number;
  tick: number;
  ticks: number;
  pausedAt: Date | null;
  parentRunId: string | null;
  forkTick: number | null;
  costMicroUsd: MicroUsd;
  createdAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
  workflowId: string;
}

/** A fork has its parent's ticks up to its fork tick. */
const SELECT = `
  SELECT r.id AS "runId", r.name, s.world, r.status, r.reason_code AS "reasonCode", r.reason, s.seed,
         greatest(s.tick, coalesce(r.fork_tick, 0)) AS tick, s.ticks, r.paused_at AS "pausedAt", r.parent_run_id AS "parentRunId",
         r.fork_tick AS "forkTick", coalesce((SELECT sum(n.cost_micro_usd) FROM run_node n WHERE n.run_id = r.id), 0)::bigint AS "costMicroUsd",
         r.created_at AS "createdAt", r.started_at AS "startedAt", r.completed_at AS "completedAt", r.workflow_id AS "workflowId"
  FROM simulation s JOIN run r ON r.id = s.run_id`;

export async function getSimulationRow(db: Db, tenant: string, runId: string): Promise<SimulationRow | undefined> {
  if (!isUuid(runId)) return undefined;
  return firstRow<SimulationRow>(db, `${SELECT} WHERE s.tenant_id = $1 AND s.run_id = $2`, [tenant, runId]);
}

/** Newest first. @param before the last runId of the page before */
export async function listSimulations(
  db: Db,
  { tenant, status, limit, before }: { tenant: string; status?: RunStatus; limit: number; before?: string },
): Promise<SimulationRow[]> {
  return rows<SimulationRow>(
    db,
    `${SELECT} WHERE s.tenant_id = $1 AND ($2::text IS NULL OR r.status = $2) AND ($3::uuid IS NULL OR r.id < $3)
     ORDER BY r.id DESC LIMIT $4`,
    [tenant, status ?? null, before ?? null, limit],
  );
}
