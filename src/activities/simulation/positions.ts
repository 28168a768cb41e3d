import { LRUCache } from 'lru-cache';
import { addSnapshot, listTicks, type Pool, snapshotBefore } from '../../adapters/postgres';
import type { Payloads } from '../../domain/artifacts/payload-store';
import { assert, present } from '../../domain/kernel/assert';
import { canonicalJson, type Json } from '../../domain/kernel/canonical-json';
import { type Position, positionHash, startingPosition } from '../../domain/simulation/position';
import { replay } from '../../domain/simulation/replay';
import { WORLDS } from '../../domain/worlds';
import { stretchesOf } from '../../domain/simulation/run/stretches-of';
import type { LoadedSimulation, SimulationLoader } from './simulation-loader';

/** Positions of long runs are some 50 KB; a process records a few dozen runs at a time. */
const POSITIONS_KEPT = 100;
const TICKS_PER_READ = 500;

/** Brings the position of any run after any recorded tick: from memory, or computed from the nearest snapshot. */
export class Positions {
  private readonly positions = new LRUCache<string, Position<Json, Json>>({ max: POSITIONS_KEPT });

  constructor(
    private readonly pool: Pool,
    private readonly payloads: Payloads,
    private readonly simulations: SimulationLoader,
  ) {}

  keep(runId: string, position: Position<Json, Json>): void {
    this.positions.set(runId, position);
  }

  kept(runId: string, tick: number): Position<Json, Json> | undefined {
    const kept = this.positions.get(runId);
    return kept?.tick === tick ? kept : undefined;
  }

  /** @throws InvariantError when the record does not reach so far */
  async at(tenant: string, runId: string, tick: number): Promise<Position<Json, Json>> {
    const kept = this.kept(runId, tick);
    if (kept) return kept;
    const loaded = await this.simulations.load(tenant, runId);
    const start = await this.startBefore(loaded, tick);
    return await this.play(loaded, start, tick);
  }

  /** Of the world, in which a run's position after this tick is: before a fork's own tick its parent's. */
  async versionAt(tenant: string, runId: string, tick: number): Promise<number> {
    const { simulation } = await this.simulations.load(tenant, runId);
    const { forkTick, parentRunId, worldVersion } = simulation;
    if (forkTick === null || tick >= forkTick) return worldVersion;
    return await this.versionAt(tenant, present(parentRunId, `Fork ${runId} has no parent`), tick);
  }

  /** Durable when it returns. */
  async store(tenant: string, runId: string, position: Position<Json, Json>, hash: string): Promise<void> {
    const stored = await this.payloads.put(Buffer.from(canonicalJson(position), 'utf8'));
    await addSnapshot(this.pool, { tenant, runId, snapshot: { ...stored, tick: position.tick, hash } });
  }

  /** A fork has a snapshot of its own where it begins, once it has begun; what is before it is its parent's. */
  private async startBefore({ simulation, entry }: LoadedSimulation, tick: number): Promise<Position<Json, Json>> {
    const { tenant, runId, parentRunId, forkTick, change } = simulation;
    const snapshot = await snapshotBefore(this.pool, tenant, runId, tick);
    if (snapshot) {
      const text = await this.payloads.get(snapshot, `snapshot ${runId}/${snapshot.tick}`);
      return JSON.parse(Buffer.from(text).toString('utf8')) as Position<Json, Json>;
    }
    if (forkTick === null) return startingPosition(entry.world.init(simulation.scenario, simulation.seed));
    const parent = present(parentRunId, `Fork ${runId} has no parent`);
    const before = await this.at(tenant, parent, Math.min(tick, forkTick));
    if (tick < forkTick) return before;
    const { name, version } = entry.world;
    const begun = WORLDS.migrate(name, before, await this.versionAt(tenant, parent, forkTick), version);
    return change === null ? begun : { ...begun, state: entry.world.amend(begun.state, change) };
  }

  private async play(
    { simulation: { tenant, runId }, entry }: LoadedSimulation,
    start: Position<Json, Json>,
    tick: number,
  ): Promise<Position<Json, Json>> {
    let position = start;
    while (position.tick < tick) {
      const range = { tenant, runId, after: position.tick, until: tick, limit: TICKS_PER_READ };
      const ticks = await listTicks(this.pool, range);
      assert(ticks.length > 0, `Simulation ${runId}: its record ends after tick ${position.tick}, not ${tick}`);
      position = replay(entry.world, position, stretchesOf(ticks), () => undefined);
      const { hash } = ticks.at(-1)!;
      assert(hash === null || hash === positionHash(position), `Simulation ${runId}: tick ${position.tick} is damaged`);
    }
    return position;
  }
}
