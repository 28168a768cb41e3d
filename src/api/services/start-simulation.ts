import { createRun, createSimulation, type Tx } from '../../adapters/postgres';
import { newId } from '../../adapters/postgres/new-id';
import type { StartSimulation, StartedAgents } from '../../contracts/api.schema';
import { FIELD_LIMITS } from '../../contracts/agent-graph.schema';
import { SIMULATION_KIND } from '../../contracts/simulation';
import { workflowId } from '../../contracts/workflow-ids';
import type { RunParameters } from '../../domain/agents/run-parameters';
import type { Json } from '../../domain/kernel/canonical-json';
import { LonghaulError } from '../../domain/kernel/errors';
import { usdToMicro } from '../../domain/kernel/money';
import { newestWorld, type WorldEntry, worldNames } from '../../domain/worlds';
import type { ApiDeps } from '../deps';
import { checkBudgets } from './check-budgets';
import { checkAgents, checkRules } from './check-simulation';
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
    asked.agents ?? written.agentIds.map((id): StartedAgents[number] => ({ id, kind: 'script', bot: DEFAULT_BOT }));
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
  agents: StartedAgents;
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

export function installationOf({ settings, agentPlaces }: Pick<ApiDeps, 'settings' | 'agentPlaces'>): Installation {
  return { cassettes: settings.llm, places: agentPlaces };
}

export function worldEntry(name: string): WorldEntry {
  const entry = newestWorld(name);
  if (entry) return entry;
  throw new LonghaulError('UnknownWorld', { world: name, known: worldNames().join(', ') });
}

/** Names of a new run. */
export function newRun(tenant: string, name: string): AcceptedSimulation {
  const runId = newId();
  return { runId, workflowId: workflowId(SIMULATION_KIND, tenant, name, runId) };
}

export async function insertRun(
  tx: Tx,
  run: AcceptedSimulation & {
    tenant: string;
    name: string;
    agents: StartedAgents;
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

export function recorded(
  { cassette: asked }: Pick<StartSimulation, 'cassette'>,
  defaults: CassetteDefaults,
): Pick<RunParameters, 'cassette'> {
  const cassette = cassetteOf(asked, defaults);
  return cassette === undefined ? {} : { cassette };
}

/** Without a limit of its own only the run's binds an agent. */
function limitOf(agent: StartedAgents[number]): number {
  return (agent.kind === 'llm' ? agent.costLimitUsd : undefined) ?? FIELD_LIMITS.usdMax;
}
