import { sum, type CpuTimes } from '../cpu-time';
import type { Case } from './cases';
import { median, round } from '../figures';
import { idealMs } from './ideal';
import { load } from '../machine';
import type { Pair, Run } from './measure';
import { replayMs } from './replay';

/** What both kinds of report say of a run and its bare neighbour, per call; medians over the pairs. */
interface PerCall {
  /** Median of each pair's own ratio. */
  ratioToBare: number;
  eventsPerCall: number;
  bareEventsPerCall: number;
  /** All processes together; absent where the system does not tell. */
  cpuMsPerCall?: number;
  bareCpuMsPerCall?: number;
  /** The same of the last run, by process. */
  cpuByProcess?: CpuTimes;
  /** The longest history, without a server. */
  replayMs: number;
  /** Load average of the minute before the last pair ended. */
  load: number;
  /** Every makespan measured, in order. */
  pairs: { makespanMs: number; bareMs: number }[];
}

export interface CaseReport extends PerCall {
  case: string;
  calls: number;
  parallel: number;
  idealMs: number;
  makespanMs: number;
  bareMs: number;
  /** Makespan ÷ ideal. */
  ratio: number;
  bareRatio: number;
  /** Of one run, all its histories together. */
  events: number;
  /** More than one when the run continued as new. */
  histories: number;
}

export interface ChainReport extends PerCall {
  steps: number;
  msPerStep: number;
  bareMsPerStep: number;
  /** The quietest run of each side. */
  minMsPerStep: number;
  bareMinMsPerStep: number;
}

export async function caseReport(shape: Case, pairs: readonly Pair[]): Promise<CaseReport> {
  const ideal = idealMs(shape);
  const { ours, bare } = makespans(pairs);
  const { execution } = pairs.at(-1)!.ours;
  return {
    case: shape.name,
    calls: shape.durationsMs.length,
    parallel: shape.parallel,
    idealMs: ideal,
    makespanMs: round(median(ours), 0),
    bareMs: round(median(bare), 0),
    ratio: round(median(ours) / ideal),
    bareRatio: round(median(bare) / ideal),
    events: execution.events,
    histories: execution.histories.length,
    ...(await perCall(shape, pairs)),
  };
}

export async function chainReport(shape: Case, pairs: readonly Pair[]): Promise<ChainReport> {
  const steps = shape.durationsMs.length;
  const { ours, bare } = makespans(pairs);
  return {
    steps,
    msPerStep: round(median(ours) / steps),
    bareMsPerStep: round(median(bare) / steps),
    minMsPerStep: round(Math.min(...ours) / steps),
    bareMinMsPerStep: round(Math.min(...bare) / steps),
    ...(await perCall(shape, pairs)),
  };
}

async function perCall({ durationsMs: { length: calls } }: Case, pairs: readonly Pair[]): Promise<PerCall> {
  const last = pairs.at(-1)!;
  return {
    ratioToBare: round(median(pairs.map(({ ours, bare }) => ours.execution.makespanMs / bare.execution.makespanMs))),
    eventsPerCall: round(last.ours.execution.events / calls),
    bareEventsPerCall: round(last.bare.execution.events / calls),
    cpuMsPerCall: cpuPerCall(
      pairs.map(({ ours }) => ours),
      calls,
    ),
    bareCpuMsPerCall: cpuPerCall(
      pairs.map(({ bare }) => bare),
      calls,
    ),
    cpuByProcess: perCallOf(last.ours, calls),
    load: load(),
    replayMs: round(await replayMs(last.ours.execution), 0),
    pairs: pairs.map(({ ours, bare }) => ({
      makespanMs: round(ours.execution.makespanMs, 0),
      bareMs: round(bare.execution.makespanMs, 0),
    })),
  };
}

function cpuPerCall(runs: readonly Run[], calls: number): number | undefined {
  const totals = runs.flatMap(({ cpu }) => (cpu ? [sum(cpu)] : []));
  return totals.length === 0 ? undefined : round(median(totals) / calls);
}

function perCallOf({ cpu }: Run, calls: number): CpuTimes | undefined {
  return cpu && Object.fromEntries(Object.entries(cpu).map(([name, ms]) => [name, round(ms / calls)]));
}

function makespans(pairs: readonly Pair[]): { ours: number[]; bare: number[] } {
  return {
    ours: pairs.map(({ ours }) => ours.execution.makespanMs),
    bare: pairs.map(({ bare }) => bare.execution.makespanMs),
  };
}
