import { readFileSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import type { Stack } from '../../src/adapters/embedded';
import { connectTemporal } from '../../src/adapters/temporal';
import { isTerminalRunStatus } from '../../src/domain/agents/run-state';
import { withStack } from '../embedded';
import { type History, readExecution } from '../execution';
import { median, round } from '../figures';
import { describeMachine, load } from '../machine';
import { playForwarded } from './engine';
import { forwardedMarket } from './market';
import { Simulations } from './simulations';

const TICKS = 100_000;
const POLL_MS = 5_000;
const KEPT_BY = ['worker-simulations', 'worker-io'] as const;

/** One fast-forward over many histories: whether it ends as the engine alone does, and what grows with it. */
export interface LongRunReport {
  bench: 'simulation-n100000';
  machine: object;
  ticks: number;
  seconds: number;
  ticksPerS: number;
  hashEqual: boolean;
  histories: number;
  eventsOfOne: { median: number; most: number };
  /** What one history hands to the next: after the first tenth of them, and at the end. */
  carriedBytes: { early: number; late: number };
  /** Resident, by process: medians of the second and of the last tenth of all looks. */
  residentMiB: Record<string, { early: number; late: number }>;
}

export async function runLongSimulation(say: (line: string) => void): Promise<LongRunReport> {
  const loadBefore = load();
  return withStack(say, async (stack) => {
    const { address, namespace } = stack.state.services.temporal!;
    const { client, close } = await connectTemporal({ address, namespace });
    try {
      return { ...(await played(stack, client, say)), machine: describeMachine(stack, loadBefore) };
    } finally {
      await close();
    }
  });
}

async function played(
  stack: Stack,
  client: Client,
  say: (line: string) => void,
): Promise<Omit<LongRunReport, 'machine'>> {
  const simulations = new Simulations(stack, client);
  const started = await simulations.start(forwardedMarket(TICKS));
  const looks = await lookOn(stack, simulations, started.runId, say);
  const { hash } = await simulations.ended(started, TICKS);
  say(`the engine alone, load ${load()}`);
  const alone = playForwarded(await simulations.startOf(started.runId), TICKS);
  const { histories, makespanMs } = await readExecution(client, started.workflowId);
  const events = histories.map((history) => history.events!.length);
  const carried = histories.slice(1).map(inputBytes);
  return {
    bench: 'simulation-n100000',
    ticks: TICKS,
    seconds: round(makespanMs / 1000),
    ticksPerS: round((TICKS / makespanMs) * 1000, 0),
    hashEqual: hash === alone.hash,
    histories: histories.length,
    eventsOfOne: { median: median(events), most: Math.max(...events) },
    carriedBytes: { early: carried[Math.floor(carried.length / 10)] ?? 0, late: carried.at(-1) ?? 0 },
    residentMiB: Object.fromEntries(KEPT_BY.map((name) => [name, earlyAndLate(looks.map((look) => look[name]!))])),
  };
}

type Look = Record<string, number>;

async function lookOn(
  { state }: Stack,
  simulations: Simulations,
  runId: string,
  say: (line: string) => void,
): Promise<Look[]> {
  const looks: Look[] = [];
  for (;;) {
    const { tick, status } = await simulations.view(runId);
    say(`tick ${tick} of ${TICKS}, load ${load()}`);
    if (isTerminalRunStatus(status)) return looks;
    const pidOf = (name: string) => state.processes.find((process) => process.name === name)!.pid;
    looks.push(Object.fromEntries(KEPT_BY.map((name) => [name, residentMiB(pidOf(name))])));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** 0 where the system does not tell. */
function residentMiB(pid: number): number {
  if (process.platform !== 'linux') return 0;
  const kiB = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kiB ?? 0) / 1024;
}

/** The first tenth is a process that still loads and compiles. */
function earlyAndLate(values: readonly number[]): { early: number; late: number } {
  const tenth = Math.max(1, Math.floor(values.length / 10));
  return {
    early: round(median(values.slice(tenth, 2 * tenth + 1)), 0),
    late: round(median(values.slice(-tenth)), 0),
  };
}

function inputBytes({ events }: History): number {
  const { payloads } = events![0]!.workflowExecutionStartedEventAttributes!.input!;
  return payloads!.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
}
