import { type Db, getSimulation, getSimulationRow, type Simulation, type SimulationRow } from '../../adapters/postgres';
import { LonghaulError } from '../../domain/kernel/errors';

/** @throws LonghaulError NotFound, for an unknown simulation as for another tenant's and for a run that is none */
export async function requireSimulation(
  db: Db,
  tenant: string,
  runId: string,
): Promise<{ row: SimulationRow; simulation: Simulation }> {
  const [row, simulation] = await Promise.all([getSimulationRow(db, tenant, runId), getSimulation(db, tenant, runId)]);
  if (row && simulation) return { row, simulation };
  throw new LonghaulError('NotFound', { what: 'Simulation', id: runId });
}
