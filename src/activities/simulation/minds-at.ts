import { listTicks, type Pool, type TickRow } from '../../adapters/postgres';
import { present } from '../../domain/kernel/assert';
import type { Json } from '../../domain/kernel/canonical-json';
import { play, playStanding } from '../../domain/simulation/play';
import type { Position } from '../../domain/simulation/position';
import { type AgentDefinition, plannedAgent } from '../../domain/simulation/run/agent-definition';
import { keptMinds, mindAfter, type Minds } from '../../domain/simulation/run/minds';
import type { SimulatedAgent } from '../../domain/simulation/run/simulation-plan';
import type { Ask } from '../../domain/simulation/world';
import { asIn, type Placed, type Positions } from './positions';
import { heldWorld, type LoadedSimulation, type SimulationLoader } from './simulation-loader';

export interface MindsDeps {
  pool: Pool;
  simulations: SimulationLoader;
  positions: Positions;
}

const TICKS_PER_READ = 500;

/** What the agents of a run knew after a tick, from what they saw and decided: a fork's agents go on with it. */
export async function mindsAt(deps: MindsDeps, tenant: string, runId: string, tick: number): Promise<Minds> {
  const loaded = await deps.simulations.load(tenant, runId);
  const { forkTick, parentRunId } = loaded.simulation;
  if (forkTick === null) return await walk(deps, loaded, {}, 0, tick);
  const parent = present(parentRunId, `Fork ${runId} has no parent`);
  const before = await mindsAt(deps, tenant, parent, Math.min(tick, forkTick));
  if (tick <= forkTick) return before;
  const parents = await deps.simulations.load(tenant, parent);
  const isSame = (await deps.positions.versionAt(tenant, parent, forkTick)) === loaded.simulation.worldVersion;
  const kept = keptMinds(before, agentsOf(parents), agentsOf(loaded), isSame);
  return await walk(deps, loaded, kept, forkTick, tick);
}

export function agentsOf({ simulation }: LoadedSimulation): SimulatedAgent[] {
  return (simulation.agents as unknown as AgentDefinition[]).map((agent) => plannedAgent(agent, simulation.seed));
}

async function walk(
  { pool, positions }: MindsDeps,
  loaded: LoadedSimulation,
  start: Minds,
  after: number,
  until: number,
): Promise<Minds> {
  const { tenant, runId } = loaded.simulation;
  if (!agentsOf(loaded).some(remembers)) return {};
  let placed = await positions.at(tenant, runId, after);
  let minds = start;
  while (placed.position.tick < until) {
    const range = { tenant, runId, after: placed.position.tick, until, limit: TICKS_PER_READ };
    for (const row of await listTicks(pool, range)) ({ placed, minds } = steppedIn(loaded, placed, minds, row));
  }
  return minds;
}

/** In the version that played the tick. */
function steppedIn(
  { simulation }: LoadedSimulation,
  before: Placed,
  known: Minds,
  row: TickRow,
): { placed: Placed; minds: Minds } {
  const { worldVersion } = row;
  const loaded = { simulation, entry: heldWorld(simulation.world, worldVersion) };
  const agents = agentsOf(loaded);
  const begun = keptMinds(known, agents, agents, before.worldVersion === worldVersion);
  const { position, minds } = stepped(loaded, asIn(simulation.world, before, worldVersion), begun, row);
  return { placed: { position, worldVersion }, minds };
}

function remembers(agent: SimulatedAgent): boolean {
  return agent.kind === 'script' || (agent.kind === 'llm' && agent.memory !== undefined);
}

function stepped(
  loaded: LoadedSimulation,
  position: Position<Json, Json>,
  before: Minds,
  { rounds, tick, messages }: TickRow,
): { position: Position<Json, Json>; minds: Minds } {
  const { entry } = loaded;
  const heard = messages ?? [];
  if (rounds === null) return { position: playStanding(entry.world, position, heard).position, minds: before };
  const minds: Record<string, Json> = { ...before };
  const recorded = ({ agentId, view }: Ask<Json>, round: number) => {
    const answer = present(
      rounds[round]?.find((one) => one.agentId === agentId),
      `Tick ${tick}: no answer of ${agentId} is recorded`,
    );
    const agent = present(
      agentsOf(loaded).find(({ id }) => id === agentId),
      `Tick ${tick}: ${agentId} is no agent of the run`,
    );
    const mind = mindAfter(entry, agent, { view, ...answer }, minds[agentId]);
    if (mind !== undefined) minds[agentId] = mind;
    return answer;
  };
  return { position: play(entry.world, position, recorded, heard).position, minds };
}
