import { median, round } from '../figures';
import { longestGapMs } from '../longest-gap';
import { ProviderBook } from '../provider-book';
import { until } from '../until';
import type { Undisturbed } from './agent-ticks';
import type { Form } from './form';
import type { Ground } from './ground';
import { askedMarket } from './market';

/** "Late" of a run. */
const STRUCK_AFTER = 0.8;

export interface KillReport {
  kills: number;
  /** Of all of them. */
  killHashEqual: boolean;
  /** The longest time after a kill in which the provider was asked nothing: median, and the longest of all. */
  recoveryMs: number;
  recoveryMaxMs: number;
  /** How many days it had been asked for when it was struck, at the latest. */
  struckAtTick: number;
}

interface Strike {
  hash: string;
  recoveryMs: number;
  atTick: number;
}

/** The same run again, so often; the worker that plays it is killed each time, and the supervisor brings another. */
export async function measureKills(
  ground: Ground,
  { agentTicks, kills }: Pick<Form, 'agentTicks' | 'kills'>,
  { hash }: Undisturbed,
): Promise<KillReport> {
  const strikes: Strike[] = [];
  while (strikes.length < kills) strikes.push(await strikeOnce(ground, agentTicks));
  const times = strikes.map(({ recoveryMs }) => recoveryMs);
  return {
    kills,
    killHashEqual: strikes.every((strike) => strike.hash === hash),
    recoveryMs: round(median(times), 0),
    recoveryMaxMs: round(Math.max(...times), 0),
    struckAtTick: Math.max(...strikes.map(({ atTick }) => atTick)),
  };
}

/** @throws Error when the run was over before the kill: then nothing was tried */
async function strikeOnce({ stack, simulations }: Ground, ticks: number): Promise<Strike> {
  const started = await simulations.start(askedMarket(ticks));
  const book = new ProviderBook(stack.state.services.modelServer!.logFile, started.runId);
  const asked = () => book.read().accepted.length;
  await until('four fifths of the run', () => Promise.resolve(asked() >= ticks * STRUCK_AFTER));
  const struckAtMs = Date.now();
  stack.kill('worker-simulations', 'SIGKILL');
  const atTick = asked();
  if (atTick >= ticks) throw new Error('The run was asked to its end before it was struck: nothing was tried.');
  const { hash } = await simulations.ended(started, ticks);
  const times = book.read().accepted.map(({ atMs }) => atMs);
  return { hash, recoveryMs: longestGapMs(struckAtMs, times), atTick };
}
