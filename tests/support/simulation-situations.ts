import { getRun, withTransaction } from '../../src/adapters/postgres';
import { startWorkflow } from '../../src/adapters/temporal';
import { AllowedHosts, CredentialHosts } from '../../src/adapters/tools';
import { acceptPartitioned } from '../../src/api/services/start-partitioned';
import { acceptSimulation, type Installation } from '../../src/api/services/start-simulation';
import { simulationTermsSchema, startPartitionedSchema, startSimulationSchema } from '../../src/contracts/api.schema';
import { PAUSE_UPDATE, RESUME_UPDATE } from '../../src/contracts/agent-run';
import type { PartitionedInput } from '../../src/contracts/partitioned-simulation';
import { partitionedParametersOf, partitionedStart } from '../../src/contracts/partitioned-simulation-start';
import {
  ADVANCE_UPDATE,
  ANSWER_UPDATE,
  HINT_UPDATE,
  SIMULATION_STATE_QUERY,
  type SimulationInput,
  type SimulationStateView,
  STOP_UPDATE,
  TERMS_UPDATE,
} from '../../src/contracts/simulation';
import { simulationSpec } from '../../src/control/launch-run';
import { bot, seller } from './simulations';
import { TENANT, type System } from './system';
import { until } from './until';

/** What may happen to a simulation, as far as it leaves a trace in its workflow's history. */
export const SIMULATION_SITUATIONS = {
  'simulation/continue-as-new': (system: System) =>
    startSimulation(
      system,
      {
        ticks: 40,
        agents: [{ ...seller(), budget: { run: { tokens: 20_000 } } }],
        rules: [{ on: 'day-closed', when: 'quiet', do: { advance: 2 } }],
      },
      // Its budget is gone after a dozen calls; how many events the recordings add depends on the machine.
      { continueAsNewAfterEvents: 30 },
    ),
  'simulation/reviews': (system: System) =>
    startSimulation(
      system,
      { ticks: 8, agents: [{ ...seller(), memory: { mode: 'digest' } }] },
      { continueAsNewAfterEvents: 60 },
    ),
  'simulation/bots': (system: System) =>
    startSimulation(system, {
      ...{ ticks: 30, agents: [bot('baseline-v1', 'north'), bot('greedy-script', 'south')] },
      rules: [{ on: 'day-closed', when: 'always', do: { untilWake: ['stockout'], atMost: 9 } }],
    }),
  'simulation/forwarded': (system: System) =>
    startSimulation(
      system,
      {
        ...{ ticks: 320, agents: [seller()] },
        rules: [{ on: 'day-closed', when: 'always', do: { advance: 100 } }],
      },
      { continueAsNewAfterEvents: 30 },
    ),
  'simulation/cassette-hybrid': async (system: System) => {
    const use = { agents: [seller()], cassette: { name: 'grown', mode: 'hybrid' } };
    await (await startSimulation(system, { ticks: 3, ...use })).result();
    return await startSimulation(system, { ticks: 5, ...use });
  },
  'simulation/cassette-replay': async (system: System) => {
    const use = (mode: string) => ({ ticks: 40, agents: [seller()], cassette: { name: 'whole', mode } });
    await (await startSimulation(system, use('record'))).result();
    return await startSimulation(system, use('replay'), { continueAsNewAfterEvents: 12 });
  },
  'simulation/steered': async (system: System) => {
    const run = await startSimulation(system, { ticks: 500, agents: [seller()] });
    await run.update(PAUSE_UPDATE);
    await run.update(HINT_UPDATE, { text: 'A trade fair opens.' });
    await run.update(ADVANCE_UPDATE, { ticks: 2 });
    await until(run.state, ({ paused, hints }) => paused && hints === 0);
    await run.update(RESUME_UPDATE);
    await run.update(STOP_UPDATE);
    return run;
  },
  'simulation/person': async (system: System) => {
    const run = await startSimulation(system, { ticks: 3, agents: [{ id: 'seller', kind: 'human', waitSeconds: 1 }] });
    await until(run.state, ({ requests }) => requests.length === 1);
    await run.update(ANSWER_UPDATE, { agentId: 'seller', raw: { accept_all_orders: true } });
    return run;
  },
  'simulation/outside': (system: System) =>
    startSimulation(system, {
      ...{ ticks: 4, failures: { inARow: 2, then: 'end' } },
      agents: [
        { id: 'north', kind: 'process', command: 'line-agent' },
        { id: 'south', kind: 'process', command: 'line-agent-that-fails', maxRetries: 0 },
      ],
    }),
  'simulation/parked': async (system: System) => {
    const failing = { agents: [seller('', 'scripted-nobody')], failures: { inARow: 2, then: 'park' } };
    const run = await startSimulation(system, { ticks: 4, ...failing });
    await until(run.state, ({ parked }) => parked !== undefined);
    await run.update(RESUME_UPDATE);
    return run;
  },
  'simulation/terms': async (system: System) => {
    const calls = (many: number) => ({ tools: { decide: { run: { calls: many } } }, then: 'park' });
    const run = await startSimulation(
      system,
      { ticks: 20, agents: [{ ...seller(), budget: calls(2) }] },
      { continueAsNewAfterEvents: 60 },
    );
    await until(run.state, ({ parked }) => parked !== undefined);
    const rules = [{ on: 'day-closed', when: 'quiet', do: { advance: 2 } }];
    await run.update(TERMS_UPDATE, simulationTermsSchema.parse({ rules, budgets: { seller: calls(50) } }));
    await run.update(RESUME_UPDATE);
    return run;
  },
  'partitioned-simulation/continue-as-new': (system: System) =>
    startPartitioned(
      system,
      { ticks: 12, agents: [bot('baseline-v1')], partitions: [{ name: 'north', scenario: UNREST }, { name: 'south' }] },
      { continueAsNewAfterEvents: 60 },
    ),
  'simulation/partition': async (system: System) => {
    const partitions = [{ name: 'north', scenario: UNREST }, { name: 'south' }];
    const whole = await startPartitioned(system, { ticks: 5, agents: [bot('baseline-v1')], partitions });
    return { ...whole, workflowId: whole.partitionWorkflowIds[1]! };
  },
  'partitioned-simulation/removed': (system: System) =>
    startPartitioned(system, {
      ...{ ticks: 3, coordination: { ackTimeoutSeconds: 2, heartbeatSeconds: 1, missedHeartbeatsMax: 50 } },
      agents: [bot('baseline-v1')],
      partitions: [{ name: 'north' }, { name: 'south', agents: [{ id: 'seller', kind: 'human' }] }],
    }),
};

/** As `SITUATION_OPTIONS` configures the programs. */
export const INSTALLATION: Installation = {
  cassettes: { cassette: 'default', cassetteMode: 'off' },
  places: {
    hosts: new AllowedHosts(''),
    commands: ['line-agent', 'line-agent-that-fails'],
    credentials: new CredentialHosts([]),
  },
};

const UNREST = { scheduledEvents: [{ day: 2, type: 'supply_shock', sku: 'P001', severity: 0.5, durationDays: 4 }] };

async function startPartitioned(
  { pool, temporal, prefix }: System,
  body: object,
  hook: Partial<PartitionedInput> = {},
) {
  const asked = startPartitionedSchema.parse(body);
  const { runId, partitions } = await withTransaction(pool, (tx) => acceptPartitioned(tx, TENANT, asked, INSTALLATION));
  const { parameters } = (await getRun(pool, TENANT, runId))!;
  const start = { tenant: TENANT, runId, name: asked.name, taskQueuePrefix: prefix };
  const spec = partitionedStart({ ...start, ...partitionedParametersOf(parameters) });
  Object.assign(spec.args[0] as PartitionedInput, hook);
  await startWorkflow(temporal.client, spec);
  const handle = temporal.client.workflow.getHandle(spec.workflowId);
  const runs = await Promise.all(partitions.map((partition) => getRun(pool, TENANT, partition.runId)));
  return {
    workflowId: spec.workflowId,
    partitionWorkflowIds: runs.map((run) => run!.workflowId),
    result: () => handle.result() as Promise<unknown>,
  };
}

export async function startSimulation(system: System, body: object, hook: Partial<SimulationInput> = {}) {
  const { pool, temporal, prefix } = system;
  const asked = startSimulationSchema.parse(body);
  const run = await withTransaction(pool, (tx) => acceptSimulation(tx, TENANT, asked, INSTALLATION));
  const spec = await simulationSpec({ pool, taskQueuePrefix: prefix }, { ...run, tenant: TENANT, name: asked.name });
  Object.assign(spec.args[0] as SimulationInput, hook);
  await startWorkflow(temporal.client, spec);
  const handle = temporal.client.workflow.getHandle(spec.workflowId);
  return {
    runId: run.runId,
    workflowId: spec.workflowId,
    result: () => handle.result() as Promise<unknown>,
    state: () => handle.query<SimulationStateView>(SIMULATION_STATE_QUERY),
    update: (name: string, arg?: object): Promise<unknown> =>
      arg === undefined ? handle.executeUpdate(name) : handle.executeUpdate(name, { args: [arg] }),
  };
}
