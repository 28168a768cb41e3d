import type { CassetteUse } from '../../domain/llm/cassette';
import type { SimulationFacts } from '../../domain/simulation/run/simulation-facts';
import { toJsonb } from './jsonb';
import { execute, firstRow, isUuid, type Db, type Tx } from './rows';

export interface SimulationDefinition extends SimulationFacts {
  tenant: string;
  /** The stored scenario that it plays and is judged by. */
  scenarioId: string | null;
}

export interface Simulation extends SimulationDefinition {
  parentRunId: string | null;
  forkTick: number | null;
  /** The run's; null: its calls are paid and nothing is recorded. */
  cassette: CassetteUse | null;
  /** How far the record goes. */
  tick: number;
  hash: string | null;
  /** What is left of the finished run, as an artifact. */
  resultRef: string | null;
}

/** In the transaction that creates the run. Not idempotent, like `createRun`. */
export async function createSimulation(tx: Tx, simulation: SimulationDefinition): Promise<void> {
  const { runId, tenant, world, worldVersion, seed, ticks, scenario, agents, rules, failures, change } = simulation;
  const { scenarioId } = simulation;
  await execute(
    tx,
    `INSERT INTO simulation (run_id, tenant_id, world, world_version, seed, ticks, scenario, agents, rules, failures, change, scenario_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...[runId, tenant, world, worldVersion, seed, ticks],
      ...[scenario, agents, rules, failures].map(toJsonb),
      change === null ? null : toJsonb(change),
      scenarioId,
    ],
  );
}

/** The run's parent and the tick after which it goes its own way. In the transaction that creates the run. */
export async function setFork(
  tx: Tx,
  { tenant, runId, parentRunId, forkTick }: { tenant: string; runId: string; parentRunId: string; forkTick: number },
): Promise<void> {
  const sql = 'UPDATE run SET parent_run_id = $3, fork_tick = $4 WHERE id = $1 AND tenant_id = $2';
  await execute(tx, sql, [runId, tenant, parentRunId, forkTick]);
}

export async function getSimulation(db: Db, tenant: string, runId: string): Promise<Simulation | undefined> {
  if (!isUuid(runId)) return undefined;
  return firstRow<Simulation>(
    db,
    `SELECT s.tenant_id AS tenant, s.run_id AS "runId", s.world, s.world_version AS "worldVersion", s.seed, s.scenario, s.ticks, s.agents,
            s.rules, s.failures, s.change, s.tick, s.hash, s.scenario_id AS "scenarioId", s.result_ref AS "resultRef", r.parent_run_id AS "parentRunId", r.fork_tick AS "forkTick",
            r.parameters->'cassette' AS cassette
     FROM simulation s JOIN run r ON r.id = s.run_id WHERE s.tenant_id = $1 AND s.run_id = $2`,
    [tenant, runId],
  );
}

/** Idempotent: the first result stays. */
export async function setResult(
  tx: Tx,
  { tenant, runId, resultRef }: { tenant: string; runId: string; resultRef: string },
): Promise<boolean> {
  const sql = 'UPDATE simulation SET result_ref = $3 WHERE run_id = $1 AND tenant_id = $2 AND result_ref IS NULL';
  return (await execute(tx, sql, [runId, tenant, resultRef])) === 1;
}
