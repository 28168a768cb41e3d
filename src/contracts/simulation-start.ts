import { type AgentDefinition, plannedAgent } from '../domain/simulation/run/agent-definition';
import type { SimulationPlan } from '../domain/simulation/run/simulation-plan';
import type { StartSpec } from './agent-run-start';
import { SIMULATION_KIND, SIMULATION_RUN, type SimulationInput } from './simulation';
import { taskQueue } from './task-queues';
import { workflowId } from './workflow-ids';

export interface SimulationStart extends Omit<SimulationPlan, 'agents'> {
  tenant: string;
  runId: string;
  name: string;
  agents: readonly AgentDefinition[];
  isFork: boolean;
  taskQueuePrefix: string;
}

/** Half a second of ticks is played again when a worker is lost; the task that does so must not time out itself. */
const TASK_TIMEOUT_MS = 3_000;

export function simulationStart(start: SimulationStart): StartSpec {
  const { tenant, runId, name, isFork, taskQueuePrefix, agents, ...rest } = start;
  const { world, worldVersion, seed, scenario, ticks, rules, failures } = rest;
  const plan = { world, worldVersion, seed, scenario, ticks, agents: agents.map(plannedAgent), rules, failures };
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
