import { cpuBetween, cpuTimes, sum } from '../cpu-time';
import { readExecution, type Execution } from '../execution';
import { median, round } from '../figures';
import { activityTimesMs } from './activity-times';
import { bareCall } from './bare-call';
import type { Form } from './form';
import type { Ground } from './ground';
import { historyBytes } from './history-bytes';
import { askedMarket } from './market';

export interface AgentReport {
  agentTicks: number;
  /** First to last event, recording included. */
  agentTicksPerS: { paid: number; bare: number; ratio: number };
  /** All processes together; absent where the system does not tell. */
  cpuMsPerTick?: { paid: number; bare: number };
  eventsPerAgentTick: number;
  bareEventsPerTick: number;
  bytesPerTick: number;
  bareBytesPerTick: number;
  /** In the activity that computes ticks again and writes them, start to end. */
  recordMsPerTick: number;
}

/** The last of the runs: what others are compared with. */
export interface Undisturbed {
  runId: string;
  hash: string;
}

interface Run {
  execution: Execution;
  cpuMs: number | undefined;
}

interface Pair extends Undisturbed {
  ours: Run;
  bare: Run;
}

/** A seller that is asked every day, beside a workflow that makes the same number of calls and nothing else, in turn. */
export async function measureAgentTicks(
  ground: Ground,
  { agentTicks: ticks, pairs: count }: Pick<Form, 'agentTicks' | 'pairs'>,
): Promise<{ report: AgentReport; undisturbed: Undisturbed }> {
  const pairs: Pair[] = [];
  while (pairs.length < count) pairs.push(await pairOf(ground, ticks));
  const { runId, hash } = pairs.at(-1)!;
  return { report: reportOf(pairs, ticks), undisturbed: { runId, hash } };
}

async function pairOf(ground: Ground, ticks: number): Promise<Pair> {
  const { client, simulations, stack } = ground;
  const pids = Object.fromEntries(stack.state.processes.map(({ name, pid }) => [name, pid]));
  const before = cpuTimes(pids);
  const started = await simulations.start(askedMarket(ticks));
  const { hash } = await simulations.ended(started, ticks);
  const cpuMs = totalOf(cpuBetween(before, cpuTimes(pids)));
  const ours = { cpuMs, execution: await readExecution(client, started.workflowId) };
  return { runId: started.runId, hash, ours, bare: await bareRun(ground, started.runId, ticks) };
}

async function bareRun({ client, simulations, bare, stack }: Ground, runId: string, ticks: number): Promise<Run> {
  const call = bareCall(stack, await simulations.startOf(runId));
  const own = new Set(['temporal', 'model-server']);
  const shared = stack.state.processes.filter(({ name }) => own.has(name)).map(({ name, pid }) => [name, pid] as const);
  const pids = { ...bare.pids, ...Object.fromEntries(shared) };
  const before = cpuTimes(pids);
  const workflowId = await bare.startTicks(ticks, call);
  await client.workflow.getHandle(workflowId).result();
  const cpuMs = totalOf(cpuBetween(before, cpuTimes(pids)));
  return { cpuMs, execution: await readExecution(client, workflowId) };
}

function reportOf(pairs: readonly Pair[], ticks: number): AgentReport {
  const perS = (side: 'ours' | 'bare') =>
    round((ticks / median(pairs.map((pair) => pair[side].execution.makespanMs))) * 1000);
  const { ours, bare } = pairs.at(-1)!;
  const recorded = ours.execution.histories.flatMap((history) => activityTimesMs(history, 'recordTicks'));
  return {
    agentTicks: ticks,
    agentTicksPerS: {
      ...{ paid: perS('ours'), bare: perS('bare') },
      ratio: round(median(pairs.map((pair) => pair.bare.execution.makespanMs / pair.ours.execution.makespanMs))),
    },
    ...cpuOf(pairs, ticks),
    eventsPerAgentTick: round(ours.execution.events / ticks),
    bareEventsPerTick: round(bare.execution.events / ticks),
    bytesPerTick: round(historyBytes(ours.execution) / ticks, 0),
    bareBytesPerTick: round(historyBytes(bare.execution) / ticks, 0),
    recordMsPerTick: round(recorded.reduce((total, ms) => total + ms, 0) / ticks),
  };
}

function cpuOf(pairs: readonly Pair[], ticks: number): Pick<AgentReport, 'cpuMsPerTick'> {
  const perTick = (side: 'ours' | 'bare') => pairs.flatMap((pair) => pair[side].cpuMs ?? []);
  const [paid, bare] = [perTick('ours'), perTick('bare')];
  if (paid.length === 0 || bare.length === 0) return {};
  return { cpuMsPerTick: { paid: round(median(paid) / ticks), bare: round(median(bare) / ticks) } };
}

function totalOf(times: ReturnType<typeof cpuBetween>): number | undefined {
  return times && sum(times);
}
