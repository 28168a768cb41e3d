import { LRUCache } from 'lru-cache';
import { getSimulation, type Pool, type Simulation } from '../../adapters/postgres';
import { LonghaulError } from '../../domain/kernel/errors';
import { type WorldEntry, worldOf } from '../../domain/worlds';

/** What an activity has to know of a run; none of it changes while the run lasts. */
export interface LoadedSimulation {
  simulation: Omit<Simulation, 'tick' | 'hash'>;
  entry: WorldEntry;
}

const RUNS_KEPT = 500;

/** Definitions, read once per process. */
export class SimulationLoader {
  private readonly loaded = new LRUCache<string, LoadedSimulation>({ max: RUNS_KEPT });

  constructor(private readonly pool: Pool) {}

  /** @throws LonghaulError NotFound, WorldMissing */
  async load(tenant: string, runId: string): Promise<LoadedSimulation> {
    const key = `${tenant}/${runId}`;
    const known = this.loaded.get(key);
    if (known) return known;
    const simulation = await getSimulation(this.pool, tenant, runId);
    if (!simulation) throw new LonghaulError('NotFound', { what: 'Simulation', id: runId });
    const entry = worldOf(simulation.world, simulation.worldVersion);
    if (!entry) throw new LonghaulError('WorldMissing', { world: simulation.world, version: simulation.worldVersion });
    const loaded = { simulation, entry };
    this.loaded.set(key, loaded);
    return loaded;
  }
}
