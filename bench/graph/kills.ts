import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '../../src/adapters/embedded';
import { isTerminalRunStatus } from '../../src/domain/agents/run-state';
import { definitionOf } from './definition';
import { median, round } from '../figures';
import { ProviderBook } from '../provider-book';
import { longestGapMs } from '../longest-gap';
import { until } from '../until';
import type { ProductSide } from './product-side';

export interface KillReport {
  kills: number;
  /** Runs that completed all the same. */
  recovered: number;
  /** Calls that the provider accepted more than once. */
  duplicates: number;
  /** Calls that were sent and not yet settled, at the moments of the kills. */
  inFlight: number;
  /** The longest time after the kill in which the provider was asked nothing. */
  recoveryMs: { median: number; max: number };
}

export type KillReports = Record<'worker-workflows' | 'temporal' | 'worker-llm' | 'worker-llm stopped 5 s', KillReport>;

interface Fault {
  strike(stack: Stack): Promise<void>;
}

const FAULTS: Record<keyof KillReports, Fault> = {
  'worker-workflows': kill('worker-workflows'),
  temporal: kill('temporal'),
  'worker-llm': kill('worker-llm'),
  'worker-llm stopped 5 s': { strike: stopForAWhile },
};

const STOPPED_MS = 5_000;
const NODES = 100;

/** Calls of 100 to 280 ms, ten at once: they begin every 20 ms or so, and a longer silence is the fault's. */
const VICTIM = {
  name: 'victim',
  durationsMs: Array.from({ length: NODES }, (_, index) => 100 + ((index * 7) % 10) * 20),
  dependencies: Array.from({ length: NODES }, (_, index) => (index < 10 ? [] : [index - 10])),
  parallel: 10,
};

/** One run per fault, struck in its middle; the provider's own book says what was asked twice. */
export async function measureKills(
  stack: Stack,
  product: ProductSide,
  times: number,
  say: (line: string) => void,
): Promise<KillReports> {
  await product.define(definitionOf(VICTIM));
  const reports: Partial<KillReports> = {};
  for (const name of Object.keys(FAULTS) as (keyof KillReports)[]) {
    say(`${name}: ${times} time(s)`);
    const strikes: Strike[] = [];
    while (strikes.length < times) strikes.push(await strikeOnce(stack, product, FAULTS[name]));
    reports[name] = reportOf(strikes);
  }
  return reports as KillReports;
}

interface Strike {
  recovered: boolean;
  duplicates: number;
  inFlight: number;
  recoveryMs: number;
}

async function strikeOnce(stack: Stack, product: ProductSide, fault: Fault): Promise<Strike> {
  const { runId } = await product.start(definitionOf(VICTIM).name);
  const book = new ProviderBook(stack.state.services.modelServer!.logFile, runId);
  await until('a quarter of the calls', () => Promise.resolve(book.read().accepted.length >= NODES / 4));
  const inFlight = (await product.run(runId)).statistics.running;
  const struckAt = Date.now();
  await fault.strike(stack);
  await until('the end of a struck run', async () => isTerminalRunStatus((await product.run(runId)).status));
  const { accepted, duplicates } = book.read();
  return {
    recovered: (await product.run(runId)).status === 'completed',
    duplicates,
    inFlight,
    recoveryMs: longestGapMs(
      struckAt,
      accepted.map(({ atMs }) => atMs),
    ),
  };
}

function reportOf(strikes: readonly Strike[]): KillReport {
  const times = strikes.map(({ recoveryMs }) => recoveryMs);
  const total = (key: 'duplicates' | 'inFlight') => strikes.reduce((sum, strike) => sum + strike[key], 0);
  return {
    kills: strikes.length,
    recovered: strikes.filter(({ recovered }) => recovered).length,
    duplicates: total('duplicates'),
    inFlight: total('inFlight'),
    recoveryMs: { median: round(median(times), 0), max: round(Math.max(...times), 0) },
  };
}

function kill(program: string): Fault {
  return { strike: (stack) => Promise.resolve(stack.kill(program, 'SIGKILL')) };
}

async function stopForAWhile(stack: Stack): Promise<void> {
  const { pid } = stack.state.workers.find(({ role }) => role === 'llm')!;
  process.kill(pid, 'SIGSTOP');
  await delay(STOPPED_MS);
  process.kill(pid, 'SIGCONT');
}
