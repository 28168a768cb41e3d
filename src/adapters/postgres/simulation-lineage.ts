import type { SimulationDefinition } from './simulations';
import { isUuid, rows, type Db } from './rows';

/** A definition as a record tells it. */
export interface LineageRow extends Omit<SimulationDefinition, 'tenant' | 'scenarioId'> {
  name: string;
  parentRunId: string | null;
  forkTick: number | null;
}

/** The definitions of a run's parents, the oldest first, and its own as the last. */
export async function simulationLineage(db: Db, tenant: string, runId: string): Promise<LineageRow[]> {
  if (!isUuid(runId)) return [];
  return rows<LineageRow>(
    db,
    `WITH RECURSIVE line AS (
       SELECT r.id, r.name, r.parent_run_id, r.fork_tick, 0 AS depth FROM run r WHERE r.tenant_id = $1 AND r.id = $2
       UNION ALL
       SELECT p.id, p.name, p.parent_run_id, p.fork_tick, line.depth + 1
       FROM line JOIN run p ON p.id = line.parent_run_id AND p.tenant_id = $1
     )
     SELECT s.run_id AS "runId", l.name, s.world, s.world_version AS "worldVersion", s.seed, s.scenario, s.ticks, s.agents, s.rules,
            s.failures, s.change, l.parent_run_id AS "parentRunId", l.fork_tick AS "forkTick"
     FROM line l JOIN simulation s ON s.run_id = l.id ORDER BY l.depth DESC`,
    [tenant, runId],
  );
}
