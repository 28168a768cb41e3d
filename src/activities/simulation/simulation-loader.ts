import { LRUCache } from 'lru-cache';
import { getSimulation, type Pool, type Simulation } from '../../adapters/postgres';
import { LonghaulError } from '../../domain/kernel/errors';
import { type WorldEntry, worldOf } from '../../domain/worlds';

/** What an activity has to know of a run; none of it changes while the run lasts, but for the version of its world. */
export interface LoadedSimulation {
  /** Its version is the one that the run began with. */
  simulation: Definition;
  entry: WorldEntry;
}

type Definition = Omit<Simulation, 'tick' | 'hash'>;

const RUNS_KEPT = 500;

/** Definitions, read once per process. */
export class SimulationLoader {
  private readonly definitions = new LRUCache<string, Definition>({ max: RUNS_KEPT });

  constructor(private readonly pool: Pool) {}

  /**
   * @param version that plays what it is asked for; the one that the run began with when absent
   * @throws LonghaulError NotFound, WorldMissing
   */
  async load(tenant: string, runId: string, version?: number): Promise<LoadedSimulation> {
    const simulation = await this.definition(tenant, runId);
    return { simulation, entry: heldWorld(simulation.world, version ?? simulation.worldVersion) };
  }

  private async definition(tenant: string, runId: string): Promise<Definition> {
    const key = `${tenant}/${runId}`;
    const known = this.definitions.get(key);
    if (known) return known;
    const simulation = await getSimulation(this.pool, tenant, runId);
    if (!simulation) throw new LonghaulError('NotFound', { what: 'Simulation', id: runId });
    this.definitions.set(key, simulation);
    return simulation;
  }
}

/** @throws LonghaulError WorldMissing */
export function heldWorld(world: string, version: number): WorldEntry {
  const entry = worldOf(world, version);
  if (!entry) throw new LonghaulError('WorldMissing', { world, version });
  return entry;
}
