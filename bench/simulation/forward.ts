import { median, round } from '../figures';
import { readExecution } from '../execution';
import { activityTimesMs } from './activity-times';
import { playForwarded } from './engine';
import type { Form } from './form';
import type { Ground } from './ground';
import { forwardedMarket } from './market';

export interface ForwardReport {
  forwardTicks: number;
  /** The engine alone, in this process. */
  pureTicksPerS: number;
  /** First to last event of the run's histories: recording and conclusion included. */
  workflowTicksPerS: number;
  /** Median of each pair's own ratio. */
  ratio: number;
  /** Of a tick of a fast-forward, in the activities that play it, or compute it again, and write it. */
  forwardRecordMsPerTick: number;
  /** How often the run continued as new, and one. */
  forwardHistories: number;
}

interface Pair {
  pureMs: number;
  runMs: number;
  recordMs: number;
  histories: number;
}

/** A run that fast-forwards beside the engine alone, in turn. */
export async function measureForward(
  ground: Ground,
  { forwardTicks: ticks, pairs: count }: Pick<Form, 'forwardTicks' | 'pairs'>,
): Promise<ForwardReport> {
  const pairs: Pair[] = [];
  while (pairs.length < count) pairs.push(await pairOf(ground, ticks));
  const perS = (ms: (pair: Pair) => number) => round((ticks / median(pairs.map(ms))) * 1000, 0);
  return {
    forwardTicks: ticks,
    pureTicksPerS: perS(({ pureMs }) => pureMs),
    workflowTicksPerS: perS(({ runMs }) => runMs),
    ratio: round(median(pairs.map(({ pureMs, runMs }) => pureMs / runMs))),
    forwardRecordMsPerTick: round(median(pairs.map(({ recordMs }) => recordMs)) / ticks),
    forwardHistories: pairs.at(-1)!.histories,
  };
}

/** @throws Error when the two come to different ends: then they were not the same work */
async function pairOf({ simulations, client }: Ground, ticks: number): Promise<Pair> {
  const started = await simulations.start(forwardedMarket(ticks));
  const { hash } = await simulations.ended(started, ticks);
  const pure = playForwarded(await simulations.startOf(started.runId), ticks);
  if (pure.hash !== hash) throw new Error(`The run came to ${hash}, the engine alone to ${pure.hash}.`);
  const { makespanMs, histories } = await readExecution(client, started.workflowId);
  const types = ['playOn', 'recordTicks'];
  const recorded = histories.flatMap((history) => types.flatMap((type) => activityTimesMs(history, type)));
  const recordMs = recorded.reduce((sum, ms) => sum + ms, 0);
  return { pureMs: pure.ms, runMs: makespanMs, recordMs, histories: histories.length };
}
