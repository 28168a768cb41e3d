import { LRUCache } from 'lru-cache';
import { addSnapshot, listTicks, type Pool, snapshotBefore, type TickRow } from '../../adapters/postgres';
import type { Payloads } from '../../domain/artifacts/payload-store';
import { assert, present } from '../../domain/kernel/assert';
import { canonicalJson, type Json } from '../../domain/kernel/canonical-json';
import { type Position, positionHash, startingPosition } from '../../domain/simulation/position';
import { replay } from '../../domain/simulation/replay';
import { WORLDS } from '../../domain/worlds';
import { stretchesOf } from '../../domain/simulation/run/stretches-of';
import { heldWorld, type LoadedSimulation, type SimulationLoader } from './simulation-loader';

/** Positions of long runs are some 50 KB; a process records a few dozen runs at a time. */
const POSITIONS_KEPT = 100;
const TICKS_PER_READ = 500;

/** Where a run stands, as one version of its world reads it. */
export interface Placed {
  position: Position<Json, Json>;
  worldVersion: number;
}

/** Brings the position of any run after any recorded tick, as the version that played it left it: from memory, or computed from the nearest snapshot. */
export class Positions {
  private readonly positions = new LRUCache<string, Placed>({ max: POSITIONS_KEPT });

  constructor(
    private readonly pool: Pool,
    private readonly payloads: Payloads,
    private readonly simulations: SimulationLoader,
  ) {}

  keep(runId: string, placed: Placed): void {
    this.positions.set(runId, placed);
  }

  kept(runId: string, tick: number): Placed | undefined {
    const kept = this.positions.get(runId);
    return kept?.position.tick === tick ? kept : undefined;
  }

  /** @throws InvariantError when the record does not reach so far */
  async at(tenant: string, runId: string, tick: number): Promise<Placed> {
    const kept = this.kept(runId, tick);
    if (kept) return kept;
    const { simulation } = await this.simulations.load(tenant, runId);
    const start = await this.startBefore(simulation, tick);
    return await this.play(simulation, start, tick);
  }

  /** Of the world as it reads the run's position after this tick: before a fork's own tick its parent's. */
  async versionAt(tenant: string, runId: string, tick: number): Promise<number> {
    const { simulation } = await this.simulations.load(tenant, runId);
    const { forkTick, parentRunId, worldVersion } = simulation;
    const begins = forkTick ?? 0;
    if (tick < begins) return await this.versionAt(tenant, present(parentRunId, `Fork ${runId} has no parent`), tick);
    if (tick === begins) return worldVersion;
    const [row] = await listTicks(this.pool, { tenant, runId, after: tick - 1, until: tick, limit: 1 });
    return present(row, `Simulation ${runId}: tick ${tick} is not recorded`).worldVersion;
  }

  /** Durable when it returns. */
  async store(tenant: string, runId: string, { position, worldVersion }: Placed, hash: string): Promise<void> {
    const stored = await this.payloads.put(Buffer.from(canonicalJson(position), 'utf8'));
    await addSnapshot(this.pool, { tenant, runId, snapshot: { ...stored, tick: position.tick, hash, worldVersion } });
  }

  /** A fork has a snapshot of its own where it begins, once it has begun; what is before it is its parent's. */
  private async startBefore(simulation: LoadedSimulation['simulation'], tick: number): Promise<Placed> {
    const { tenant, runId, parentRunId, forkTick, change, world: name, worldVersion } = simulation;
    const snapshot = await snapshotBefore(this.pool, tenant, runId, tick);
    if (snapshot) {
      const text = await this.payloads.get(snapshot, `snapshot ${runId}/${snapshot.tick}`);
      const position = JSON.parse(Buffer.from(text).toString('utf8')) as Position<Json, Json>;
      return { position, worldVersion: snapshot.worldVersion };
    }
    const { world } = heldWorld(name, worldVersion);
    if (forkTick === null)
      return { position: startingPosition(world.init(simulation.scenario, simulation.seed)), worldVersion };
    const parent = present(parentRunId, `Fork ${runId} has no parent`);
    const before = await this.at(tenant, parent, Math.min(tick, forkTick));
    if (tick < forkTick) return before;
    const begun = asIn(name, before, worldVersion);
    const position = change === null ? begun : { ...begun, state: world.amend(begun.state, change) };
    return { position, worldVersion };
  }

  private async play(
    { tenant, runId, world }: LoadedSimulation['simulation'],
    start: Placed,
    tick: number,
  ): Promise<Placed> {
    let placed = start;
    while (placed.position.tick < tick) {
      const { position: before } = placed;
      const range = { tenant, runId, after: before.tick, until: tick, limit: TICKS_PER_READ };
      const ticks = await listTicks(this.pool, range);
      assert(ticks.length > 0, `Simulation ${runId}: its record ends after tick ${before.tick}, not ${tick}`);
      for (const same of inOneVersion(ticks)) placed = playedOn(world, placed, same);
      const { hash } = ticks.at(-1)!;
      const { position } = placed;
      assert(hash === null || hash === positionHash(position), `Simulation ${runId}: tick ${position.tick} is damaged`);
    }
    return placed;
  }
}

/** @throws LonghaulError WorldMissing */
export function asIn(world: string, { position, worldVersion }: Placed, version: number): Position<Json, Json> {
  heldWorld(world, version);
  return WORLDS.migrate(world, position, worldVersion, version);
}

/** Recorded ticks in their order; each part was played by one version. */
function inOneVersion(ticks: readonly TickRow[]): TickRow[][] {
  const parts: TickRow[][] = [];
  for (const row of ticks) {
    const last = parts.at(-1);
    if (last?.[0]!.worldVersion === row.worldVersion) last.push(row);
    else parts.push([row]);
  }
  return parts;
}

function playedOn(name: string, before: Placed, ticks: readonly TickRow[]): Placed {
  const { worldVersion } = ticks[0]!;
  const begun = asIn(name, before, worldVersion);
  const { world } = heldWorld(name, worldVersion);
  return { position: replay(world, begun, stretchesOf(ticks), () => undefined), worldVersion };
}
