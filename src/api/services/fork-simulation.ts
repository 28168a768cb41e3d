import {
  createSimulation,
  type LineageRow,
  setFork,
  type Simulation,
  simulationLineage,
  type Tx,
} from '../../adapters/postgres';
import type { ForkSimulation, StartedAgents } from '../../contracts/api.schema';
import { WORLD_SCHEMAS } from '../../contracts/worlds/index.schema';
import { InvariantError, present } from '../../domain/kernel/assert';
import type { Json } from '../../domain/kernel/canonical-json';
import { LonghaulError } from '../../domain/kernel/errors';
import type { WorldEntry } from '../../domain/worlds';
import { invalidRequest, valid } from '../http/validate';
import { checkBudgets } from './check-budgets';
import { checkBots, checkRules } from './check-simulation';
import { placeAgents } from './place-agents';
import { goingOn } from './simulation-terms';
import { type AcceptedSimulation, insertRun, type Installation, newRun, recorded } from './start-simulation';

/** A fork shares what its parent recorded up to its tick; from there on it decides, and pays, anew. */
export async function acceptFork(
  tx: Tx,
  tenant: string,
  parent: Simulation,
  parentName: string,
  asked: ForkSimulation,
  installation: Installation,
): Promise<AcceptedSimulation> {
  const entry = goingOn(parent, asked.worldVersion ?? parent.worldVersion, 'Fork');
  checkForkTick(parent, asked);
  const schemas = present(WORLD_SCHEMAS[parent.world], `World ${parent.world} has no schemas`);
  const ticks = asked.ticks ?? parent.ticks;
  const agents = await placeAgents(
    tx,
    tenant,
    asked.agents ?? (parent.agents as unknown as StartedAgents),
    installation.places,
  );
  checkSameIds(parent.agents as unknown as StartedAgents, agents);
  checkBots(entry, agents);
  checkBudgets(entry, agents);
  checkRules(entry, asked.rules ?? []);
  const change = { ...(valid(schemas.change, asked.change ?? {}, 'Fork', 'change') as object), days: ticks };
  const [root] = await simulationLineage(tx, tenant, parent.runId);
  checkChange(entry, root!, change);
  const name = asked.name ?? parentName;
  const run = newRun(tenant, name);
  const { costBudgetUsd } = asked;
  await insertRun(tx, {
    ...run,
    tenant,
    name,
    agents,
    costBudgetUsd,
    parameters: recorded(asked, installation.cassettes),
  });
  await setFork(tx, { tenant, runId: run.runId, parentRunId: parent.runId, forkTick: asked.tick });
  const { world, seed, scenario, failures, scenarioId } = parent;
  const worldVersion = entry.world.version;
  await createSimulation(tx, {
    ...{ tenant, runId: run.runId, world, worldVersion, seed, scenario, ticks, failures, change, scenarioId },
    ...{ agents: agents as unknown as Json[], rules: (asked.rules as unknown as Json[]) ?? parent.rules },
  });
  return run;
}

/** By the world itself: what would not fit its first morning fits no later one. */
function checkChange({ world }: WorldEntry, { seed, scenario, worldVersion }: LineageRow, change: object): void {
  if (world.version !== worldVersion) return; // the scenario is written for an earlier version
  try {
    world.amend(world.init(scenario, seed), change as Json);
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error;
    throw invalidRequest('Fork', [{ path: 'change', message: error.message }]);
  }
}

function checkForkTick({ runId, tick: recorded, ticks }: Simulation, asked: ForkSimulation): void {
  if (asked.tick > recorded) {
    const params = { what: 'Simulation', id: runId, state: `recorded up to tick ${recorded}`, action: 'fork' };
    throw new LonghaulError('WrongState', { ...params, expected: `a recorded tick, not ${asked.tick}` });
  }
  if (asked.tick < (asked.ticks ?? ticks)) return;
  const message = `Nothing is left to play after tick ${asked.tick}: the fork has ${asked.ticks ?? ticks} ticks. Ask for more \`ticks\`.`;
  throw invalidRequest('Fork', [{ path: 'tick', message }]);
}

/** Who is in the world was decided with its first tick; a fork changes how they decide. */
function checkSameIds(before: StartedAgents, after: StartedAgents): void {
  const ids = (agents: StartedAgents) => agents.map(({ id }) => id).join(', ');
  if (ids(before) === ids(after)) return;
  const message = `The parent has ${ids(before)}; a fork has the same agents, in that order, and came with ${ids(after)}.`;
  throw invalidRequest('Fork', [{ path: 'agents', message }]);
}
