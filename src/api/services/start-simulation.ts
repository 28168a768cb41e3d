import { createRun, createSimulation, setFork, type Simulation, type Tx } from '../../adapters/postgres';
import { newId } from '../../adapters/postgres/new-id';
import type { ForkSimulation, StartSimulation } from '../../contracts/api.schema';
import { FIELD_LIMITS } from '../../contracts/agent-graph.schema';
import { SIMULATION_KIND } from '../../contracts/simulation';
import { workflowId } from '../../contracts/workflow-ids';
import { WORLD_SCHEMAS } from '../../contracts/worlds/index.schema';
import type { RunParameters } from '../../domain/agents/run-parameters';
import { InvariantError, present } from '../../domain/kernel/assert';
import type { Json } from '../../domain/kernel/canonical-json';
import { LonghaulError, type Problem } from '../../domain/kernel/errors';
import { usdToMicro } from '../../domain/kernel/money';
import { SimulationEvent } from '../../domain/simulation/fast-forward';
import { beginTick } from '../../domain/simulation/tick';
import { newestWorld, type WorldEntry, worldNames, worldOf, WORLDS } from '../../domain/worlds';
import type { ApiDeps } from '../deps';
import { invalidRequest, valid } from '../http/validate';
import { checkBudgets } from './check-budgets';
import { type CassetteDefaults, cassetteOf } from './run-cassette';
import { type AgentPlaces, placeAgents } from './place-agents';
import { levelAbove } from './start-run';
import { writtenScenario } from './written-scenario';

export interface AcceptedSimulation {
  runId: string;
  workflowId: string;
}

/** What the operator has configured, as far as new runs depend on it. */
export interface Installation {
  cassettes: CassetteDefaults;
  places: AgentPlaces;
}

type Agents = NonNullable<StartSimulation['agents']>;

/** Plays every seller of a scenario for whom no agent is named. */
const DEFAULT_BOT = 'baseline-v1';

/**
 * Rows of a new simulation, in the caller's transaction: run, agents, budgets, definition.
 *
 * @param parentBudget the level above its own, in place of its experiment's
 * @throws LonghaulError UnknownWorld, InvalidRequest, RunnerMissing, NotFound for an experiment without a budget
 */
export async function acceptSimulation(
  tx: Tx,
  tenant: string,
  asked: StartSimulation,
  installation: Installation,
  parentBudget?: string,
): Promise<AcceptedSimulation> {
  const entry = worldEntry(asked.world);
  const written = await writtenScenario(tx, tenant, entry.world.name, asked.scenario);
  const ticks = asked.ticks ?? written.ticks;
  const agents =
    asked.agents ?? written.agentIds.map((id): Agents[number] => ({ id, kind: 'script', bot: DEFAULT_BOT }));
  const ids = agents.map(({ id }) => id);
  const scenario = entry.cast(written.scenario, ids, ticks);
  return await acceptCast(
    tx,
    tenant,
    { asked, entry, scenario, ticks, agents, scenarioId: written.scenarioId, parentBudget },
    installation,
  );
}

interface Cast {
  asked: StartSimulation;
  entry: WorldEntry;
  /** With its agents in it. */
  scenario: Json;
  ticks: number;
  agents: Agents;
  scenarioId: string | null;
  /** The level above its own, in place of its experiment's. */
  parentBudget?: string | undefined;
}

/** Rows of a new simulation whose scenario is cast. @throws LonghaulError InvalidRequest, NotFound */
export async function acceptCast(
  tx: Tx,
  tenant: string,
  { asked, entry, scenario, ticks, agents: wished, scenarioId, parentBudget }: Cast,
  installation: Installation,
): Promise<AcceptedSimulation> {
  const { name, seed, rules, failures, costBudgetUsd, experiment } = asked;
  const { world } = entry;
  const agents = await placeAgents(tx, tenant, wished, installation.places);
  checkAgents(entry, agents, scenario, seed);
  checkBudgets(entry, agents);
  checkRules(entry, rules);
  const run = newRun(tenant, name);
  const parameters = {
    ...(experiment === undefined ? {} : { experiment }),
    ...recorded(asked, installation.cassettes),
  };
  const level = parentBudget ?? (await levelAbove(tx, tenant, experiment));
  await insertRun(tx, { ...run, tenant, name, agents, costBudgetUsd, parentBudget: level, parameters });
  await createSimulation(tx, {
    ...{ tenant, runId: run.runId, world: world.name, worldVersion: world.version, seed, scenario, ticks },
    ...{ agents: agents as unknown as Json[], rules, failures, change: null, scenarioId },
  });
  return run;
}

/** A fork shares what its parent recorded up to its tick; from there on it decides, and pays, anew. */
export async function acceptFork(
  tx: Tx,
  tenant: string,
  parent: Simulation,
  parentName: string,
  asked: ForkSimulation,
  installation: Installation,
): Promise<AcceptedSimulation> {
  const entry = versionFor(parent, asked);
  checkForkTick(parent, asked);
  const schemas = present(WORLD_SCHEMAS[parent.world], `World ${parent.world} has no schemas`);
  const ticks = asked.ticks ?? parent.ticks;
  const agents = await placeAgents(
    tx,
    tenant,
    asked.agents ?? (parent.agents as unknown as Agents),
    installation.places,
  );
  checkSameIds(parent.agents as unknown as Agents, agents);
  checkBots(entry, agents);
  checkBudgets(entry, agents);
  checkRules(entry, asked.rules ?? []);
  const change = { ...(valid(schemas.change, asked.change ?? {}, 'Fork', 'change') as object), days: ticks };
  checkChange(entry, parent, change);
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

export function installationOf({ settings, agentPlaces }: Pick<ApiDeps, 'settings' | 'agentPlaces'>): Installation {
  return { cassettes: settings.llm, places: agentPlaces };
}

export function worldEntry(name: string): WorldEntry {
  const entry = newestWorld(name);
  if (entry) return entry;
  throw new LonghaulError('UnknownWorld', { world: name, known: worldNames().join(', ') });
}

/** The parent's own, unless a later one is asked for that takes over from it. */
function versionFor(
  { world, worldVersion: from }: Simulation,
  { worldVersion: to = from }: ForkSimulation,
): WorldEntry {
  const entry = worldOf(world, to);
  if (entry && WORLDS.leads(world, from, to)) return entry;
  if (to === from) throw new LonghaulError('WorldMissing', { world, version: from });
  const versions = WORLDS.versions(world).map((one) => one.world.version);
  const later = versions.filter((version) => version > from && WORLDS.leads(world, from, version));
  const message = `The parent plays version ${from} of ${world}, which can go on in ${later.length === 0 ? 'no other one' : later.join(', ')}; ${to} came.`;
  throw invalidRequest('Fork', [{ path: 'worldVersion', message }]);
}

/** By the world itself: what would not fit its first morning fits no later one. */
function checkChange({ world }: WorldEntry, { seed, scenario, worldVersion }: Simulation, change: object): void {
  if (world.version !== worldVersion) return; // the scenario is written for the version before
  try {
    world.amend(world.init(scenario, seed), change as Json);
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error;
    throw invalidRequest('Fork', [{ path: 'change', message: error.message }]);
  }
}

function newRun(tenant: string, name: string): AcceptedSimulation {
  const runId = newId();
  return { runId, workflowId: workflowId(SIMULATION_KIND, tenant, name, runId) };
}

async function insertRun(
  tx: Tx,
  run: AcceptedSimulation & {
    tenant: string;
    name: string;
    agents: Agents;
    costBudgetUsd: number;
    parentBudget?: string;
    parameters: Record<string, unknown>;
  },
): Promise<void> {
  const { costBudgetUsd, agents, ...rest } = run;
  await createRun(tx, {
    ...{ ...rest, kind: SIMULATION_KIND, graphId: null },
    costLimitMicroUsd: usdToMicro(costBudgetUsd),
    nodes: agents.map((agent) => ({ name: agent.id, costLimitMicroUsd: usdToMicro(limitOf(agent)) })),
  });
}

function recorded(
  { cassette: asked }: Pick<StartSimulation, 'cassette'>,
  defaults: CassetteDefaults,
): Pick<RunParameters, 'cassette'> {
  const cassette = cassetteOf(asked, defaults);
  return cassette === undefined ? {} : { cassette };
}

/** Without a limit of its own only the run's binds an agent. */
function limitOf(agent: Agents[number]): number {
  return (agent.kind === 'llm' ? agent.costLimitUsd : undefined) ?? FIELD_LIMITS.usdMax;
}

/** The world itself says whom it asks: it is asked. */
function checkAgents(entry: WorldEntry, agents: Agents, scenario: Json, seed: number): void {
  const ids = agents.map(({ id }) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  if (twice.length > 0)
    throw invalidRequest('Simulation', [{ path: 'agents', message: `"${twice[0]}" is there twice.` }]);
  checkBots(entry, agents);
  const { ask } = beginTick(entry.world, entry.world.init(scenario, seed));
  const strangers = ask.filter(({ agentId }) => !ids.includes(agentId));
  if (strangers.length === 0) return;
  const message = `The world asks ${strangers.map(({ agentId }) => `"${agentId}"`).join(', ')}, who is not in the run.`;
  throw invalidRequest('Simulation', [{ path: 'agents', message }]);
}

function checkBots({ bots, world }: WorldEntry, agents: Agents): void {
  const known = Object.keys(bots).sort().join(', ');
  const problems = agents.flatMap((agent, index): Problem[] =>
    agent.kind === 'script' && !Object.hasOwn(bots, agent.bot)
      ? [{ path: `agents[${index}].bot`, message: `World ${world.name} has no bot "${agent.bot}". It has: ${known}.` }]
      : [],
  );
  if (problems.length > 0) throw invalidRequest('Simulation', problems);
}

/** @throws LonghaulError InvalidRequest */
export function checkRules({ world, events }: WorldEntry, rules: StartSimulation['rules']): void {
  const told = [...Object.values(SimulationEvent), ...Object.keys(events)];
  const problems = rules.flatMap(({ on, when, do: action }, index): Problem[] => [
    ...unknown('event', [on], told, world.name, index),
    ...unknown('condition', [when, ...wakesOf(action)], Object.keys(world.conditions), world.name, index),
  ]);
  if (problems.length > 0) throw invalidRequest('Simulation', problems);
}

/** A misspelt name would not fail: its rule would never apply. */
function unknown(what: string, names: readonly string[], known: string[], world: string, rule: number): Problem[] {
  return names
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: `rules[${rule}]`,
      message: `World ${world} has no ${what} "${name}". It has: ${known.sort().join(', ')}.`,
    }));
}

function wakesOf(action: StartSimulation['rules'][number]['do']): string[] {
  return 'untilWake' in action ? action.untilWake : [];
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
function checkSameIds(before: Agents, after: Agents): void {
  const ids = (agents: Agents) => agents.map(({ id }) => id).join(', ');
  if (ids(before) === ids(after)) return;
  const message = `The parent has ${ids(before)}; a fork has the same agents, in that order, and came with ${ids(after)}.`;
  throw invalidRequest('Fork', [{ path: 'agents', message }]);
}
