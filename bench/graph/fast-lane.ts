import { sum } from '../cpu-time';
import { chain, FAST_CASES } from './cases';
import { median, round } from '../figures';
import { measure, type Pair, type Run, type Sides } from './measure';

interface FastCase {
  case: string;
  calls: number;
  parallel: number;
  makespanMs: number;
  bareMs: number;
  ratioToBare: number;
  events: number;
  cpuMsPerCall?: number;
  bareCpuMsPerCall?: number;
}

/** Steps that cost nothing, beside bare local activities that store one row each; medians over the pairs. */
export interface FastLaneReport {
  cases: FastCase[];
  chainMsPerStep: number;
  bareChainMsPerStep: number;
  chainRatioToBare: number;
  /** Of the largest case. */
  nodesPerS: number;
  bareNodesPerS: number;
  nodesPerSRatio: number;
}

export async function measureFastLane(
  sides: Sides,
  { pairs, chainLength, quick }: { pairs: number; chainLength: number; quick: boolean },
): Promise<FastLaneReport> {
  await measure(sides, { ...chain(50), name: 'warm-up' }, 1, 'fast');
  const steps = caseOf(chain(chainLength), await measure(sides, chain(chainLength), pairs, 'fast'));
  const cases: FastCase[] = [];
  for (const shape of FAST_CASES.slice(0, quick ? 1 : undefined))
    cases.push(caseOf(shape, await measure(sides, shape, pairs, 'fast')));
  const largest = cases.at(-1)!;
  return {
    cases,
    chainMsPerStep: round(steps.makespanMs / chainLength),
    bareChainMsPerStep: round(steps.bareMs / chainLength),
    chainRatioToBare: steps.ratioToBare,
    nodesPerS: round((largest.calls / largest.makespanMs) * 1000, 0),
    bareNodesPerS: round((largest.calls / largest.bareMs) * 1000, 0),
    nodesPerSRatio: round(1 / largest.ratioToBare),
  };
}

function caseOf(
  { name, durationsMs, parallel }: { name: string; durationsMs: number[]; parallel: number },
  pairs: readonly Pair[],
): FastCase {
  const calls = durationsMs.length;
  const makespans = (side: keyof Pair) => pairs.map((pair) => pair[side].execution.makespanMs);
  return {
    case: name,
    calls,
    parallel,
    makespanMs: round(median(makespans('ours')), 0),
    bareMs: round(median(makespans('bare')), 0),
    ratioToBare: round(median(pairs.map(({ ours, bare }) => ours.execution.makespanMs / bare.execution.makespanMs))),
    events: pairs.at(-1)!.ours.execution.events,
    cpuMsPerCall: cpuOf(
      pairs.map(({ ours }) => ours),
      calls,
    ),
    bareCpuMsPerCall: cpuOf(
      pairs.map(({ bare }) => bare),
      calls,
    ),
  };
}

function cpuOf(runs: readonly Run[], calls: number): number | undefined {
  const totals = runs.flatMap(({ cpu }) => (cpu ? [sum(cpu)] : []));
  return totals.length === 0 ? undefined : round(median(totals) / calls);
}
