import { type AgentDefinition, plannedAgent } from '../domain/simulation/run/agent-definition';
import type { CassetteMode } from '../domain/llm/cassette';
import type { FastForwardRule } from '../domain/simulation/fast-forward';
import type { SimulationFacts } from '../domain/simulation/run/simulation-facts';
import type { FailurePolicy, SimulationPlan } from '../domain/simulation/run/simulation-plan';
import type { StartSpec } from './agent-run-start';
import { SIMULATION_KIND, SIMULATION_RUN, type SimulationInput } from './simulation';
import { taskQueue } from './task-queues';
import { workflowId } from './workflow-ids';

export interface SimulationStart extends Omit<SimulationPlan, 'agents' | 'cassette'> {
  tenant: string;
  runId: string;
  name: string;
  agents: readonly AgentDefinition[];
  cassetteMode: CassetteMode | undefined;
  isFork: boolean;
  taskQueuePrefix: string;
}

/** Half a second of ticks is played again when a worker is lost; the task that does so must not time out itself. */
const TASK_TIMEOUT_MS = 3_000;

export function simulationStart(start: SimulationStart): StartSpec {
  const { tenant, runId, name, isFork, taskQueuePrefix, agents, cassetteMode, ...rest } = start;
  const { world, worldVersion, seed, scenario, ticks, rules, failures } = rest;
  const cassette = cassetteMode === undefined || cassetteMode === 'record' ? {} : { cassette: cassetteMode };
  const planned = agents.map((agent) => plannedAgent(agent, seed));
  const plan = { world, worldVersion, seed, scenario, ticks, agents: planned, rules, failures, ...cassette };
  const input: SimulationInput = { tenant, runId, name, plan, ...(isFork ? { isFork } : {}), taskQueuePrefix };
  return {
    workflowType: SIMULATION_RUN,
    workflowId: workflowId(SIMULATION_KIND, tenant, name, runId),
    taskQueue: taskQueue('simulations', taskQueuePrefix),
    args: [input],
    workflowTaskTimeoutMs: TASK_TIMEOUT_MS,
    searchAttributes: { LonghaulKind: SIMULATION_KIND, LonghaulStatus: 'running', LonghaulTenant: tenant },
    staticSummary: `${name} · ${world}, ${ticks} ticks, seed ${seed}`,
    staticDetails: `Simulation **${name}** of world **${world}**, run \`${runId}\`. Ticks, decisions and costs: \`longhaul simulations show ${runId}\`.`,
  };
}

/** Of a simulation as the book has it: what was stored was checked by the API. */
export function storedSimulationStart(
  stored: SimulationFacts & { tenant: string; forkTick: number | null; cassette: { mode: CassetteMode } | null },
  run: Pick<SimulationStart, 'name' | 'taskQueuePrefix'>,
): StartSpec {
  return simulationStart({
    ...{ ...stored, ...run, isFork: stored.forkTick !== null, cassetteMode: stored.cassette?.mode },
    agents: stored.agents as unknown as AgentDefinition[],
    rules: stored.rules as unknown as FastForwardRule[],
    failures: stored.failures as unknown as FailurePolicy,
  });
}
