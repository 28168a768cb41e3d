import { createRun, holdRuns, newId, runnersWith, type Tx } from '../../adapters/postgres';
import { PARTITION_LIMITS, type StartPartitioned, type StartSimulation } from '../../contracts/api.schema';
import { PARTITIONED_KIND, type PartitionFacts } from '../../contracts/partitioned-simulation';
import type { PartitionedParameters } from '../../contracts/partitioned-simulation-start';
import { workflowId } from '../../contracts/workflow-ids';
import type { Problem } from '../../domain/kernel/errors';
import { budgetId } from '../../domain/kernel/ids';
import { usdToMicro } from '../../domain/kernel/money';
import { capabilitiesText } from '../../domain/simulation/runners/capabilities';
import { invalidRequest } from '../http/validate';
import { placedProblem } from './placed-problem';

import { levelAbove } from './start-run';
import { acceptSimulation, type Installation, worldEntry } from './start-simulation';
import { writtenScenario } from './written-scenario';

export interface AcceptedPartitioned {
  runId: string;
  workflowId: string;
  partitions: { name: string; runId: string }[];
}

type Partition = StartPartitioned['partitions'][number];

const SEEDS = 2 ** 32;
/** With the partition's own it is still a name. */
const NAME_CHARS_KEPT = 63;

/**
 * Rows of a whole and of the run of every partition, in the caller's transaction. The whole's budget is the level above
 * theirs.
 *
 * @throws LonghaulError UnknownWorld, InvalidRequest, NotFound for an experiment without a budget
 */
export async function acceptPartitioned(
  tx: Tx,
  tenant: string,
  asked: StartPartitioned,
  installation: Installation,
): Promise<AcceptedPartitioned> {
  const { name, partitions, experiment, costBudgetUsd } = asked;
  const ticks = await ticksOf(tx, tenant, asked);
  await checkPartitions(tx, tenant, asked);
  const runId = newId();
  const whole = { runId, workflowId: workflowId(PARTITIONED_KIND, tenant, name, runId) };
  await createRun(tx, {
    ...{ ...whole, tenant, kind: PARTITIONED_KIND, name, graphId: null, nodes: [] },
    parameters: { ...parametersOf(asked, ticks), ...(experiment === undefined ? {} : { experiment }) },
    costLimitMicroUsd: usdToMicro(costBudgetUsd),
    parentBudget: await levelAbove(tx, tenant, experiment),
  });
  const accepted: AcceptedPartitioned['partitions'] = [];
  for (const [position, partition] of partitions.entries()) {
    const simulation = simulationOf(asked, partition, position, ticks);
    const run = await acceptSimulation(tx, tenant, simulation, installation, budgetId.run(runId)).catch(
      (error: unknown) => {
        throw placedProblem(error, 'Partitioned simulation', `partitions[${position}]`, 'scenario');
      },
    );
    accepted.push({ name: partition.name, runId: run.runId });
  }
  await holdRuns(tx, { tenant, batchId: runId, runIds: accepted.map((partition) => partition.runId) });
  return { ...whole, partitions: accepted };
}

/** The scenario of the first partition says how long all of them are, when nobody else does. */
async function ticksOf(tx: Tx, tenant: string, { ticks, world, scenario, partitions }: StartPartitioned) {
  if (ticks !== undefined) return ticks;
  const { name } = worldEntry(world).world;
  return (await writtenScenario(tx, tenant, name, partitions[0]?.scenario ?? scenario)).ticks;
}

function parametersOf({ partitions, coordination }: StartPartitioned, ticks: number): PartitionedParameters {
  return { ...coordination, ticks, partitions: partitions.map((partition) => factsOf(partition, partitions)) };
}

function factsOf({ name, neighbours, requires }: Partition, partitions: readonly Partition[]): PartitionFacts {
  const others = partitions.flatMap((other) => (other.name === name ? [] : [other.name]));
  return { name, neighbours: neighbours ?? others, ...(requires === undefined ? {} : { requires }) };
}

/** What one partition is as a simulation of its own. */
function simulationOf(asked: StartPartitioned, partition: Partition, position: number, ticks: number): StartSimulation {
  const { scenario, agents, rules } = { ...asked, ...given(partition) };
  return {
    ...{
      name: `${asked.name.slice(0, NAME_CHARS_KEPT)}/${partition.name}`,
      world: asked.world,
      scenario,
      agents,
      rules,
      ticks,
    },
    seed: partition.seed ?? (asked.seed + position) % SEEDS,
    failures: { inARow: asked.failuresInARow, then: 'end' },
    costBudgetUsd: partition.costBudgetUsd ?? asked.costBudgetUsd,
    ...(asked.cassette ? { cassette: asked.cassette } : {}),
  };
}

function given({ scenario, agents, rules }: Partition): Partial<Pick<Partition, 'scenario' | 'agents' | 'rules'>> {
  return Object.fromEntries(Object.entries({ scenario, agents, rules }).filter(([, value]) => value !== undefined));
}

async function checkPartitions(tx: Tx, tenant: string, asked: StartPartitioned): Promise<void> {
  const problems = [
    ...asked.partitions.flatMap((partition, position) => nameProblems(asked, partition, position)),
    ...coordinationProblems(asked.coordination),
    ...windowProblems(asked),
    ...(await runnerProblems(tx, tenant, asked)),
  ];
  if (problems.length > 0) throw invalidRequest('Partitioned simulation', problems);
}

function nameProblems({ partitions }: StartPartitioned, { name, neighbours }: Partition, position: number): Problem[] {
  const names = partitions.map((partition) => partition.name);
  const path = `partitions[${position}]`;
  const strangers = (neighbours ?? []).filter((neighbour) => neighbour === name || !names.includes(neighbour));
  return [
    ...(names.indexOf(name) === position ? [] : [{ path: `${path}.name`, message: `"${name}" is there twice.` }]),
    ...strangers.map((stranger) => ({
      path: `${path}.neighbours`,
      message: `"${stranger}" is no other partition. There are: ${names.join(', ')}.`,
    })),
  ];
}

function coordinationProblems({ ackTimeoutSeconds, heartbeatSeconds }: StartPartitioned['coordination']): Problem[] {
  if (ackTimeoutSeconds >= heartbeatSeconds) return [];
  const message = `Time is told in heartbeats: expected at least heartbeatSeconds, which is ${heartbeatSeconds}.`;
  return [{ path: 'coordination.ackTimeoutSeconds', message }];
}

function windowProblems({ agents, partitions, coordination: { barrierEvery } }: StartPartitioned): Problem[] {
  const { agentTicksPerWindowMax } = PARTITION_LIMITS;
  const most = Math.max(...partitions.map((partition) => (partition.agents ?? agents ?? []).length));
  if (most * barrierEvery <= agentTicksPerWindowMax) return [];
  const message = `${most} agents in ${barrierEvery} ticks are more than the ${agentTicksPerWindowMax} decisions that fit between two meetings.`;
  return [{ path: 'coordination.barrierEvery', message }];
}

async function runnerProblems(tx: Tx, tenant: string, { partitions }: StartPartitioned): Promise<Problem[]> {
  const found = partitions.map(async ({ requires }, position): Promise<Problem[]> => {
    if (requires === undefined || (await runnersWith(tx, tenant, requires, ['worker'])).length > 0) return [];
    const message = `No registered worker offers ${capabilitiesText(requires)}. Register one: POST /agents/register.`;
    return [{ path: `partitions[${position}].requires`, message }];
  });
  return (await Promise.all(found)).flat();
}
