import { ProviderBook } from '../provider-book';
import type { Undisturbed } from './agent-ticks';
import type { Ground } from './ground';

/** Calls of the provider's book by the tick that they decided: up to the fork's tick, and after it. */
export interface ForkCalls {
  before: number;
  after: number;
}

/** A fork from the middle: what it asks for before that is its parent's and must not be asked for again. */
export async function measureFork(
  { stack, simulations }: Ground,
  ticks: number,
  { runId }: Undisturbed,
): Promise<ForkCalls> {
  const forkTick = Math.floor(ticks / 2);
  const fork = await simulations.fork(runId, { tick: forkTick });
  await simulations.ended(fork, ticks);
  const { accepted } = new ProviderBook(stack.state.services.modelServer!.logFile, fork.runId).read();
  const calls = forkCalls(
    accepted.map(({ callKey }) => callKey),
    forkTick,
  );
  if (calls.after >= ticks - forkTick) return calls;
  throw new Error(`The fork decided ${ticks - forkTick} ticks, and the provider knows of ${calls.after}.`);
}

/** A call key is `{runId}/{ticks done}/{agent}/{callIndex}`. */
export function forkCalls(callKeys: readonly string[], forkTick: number): ForkCalls {
  const before = callKeys.filter((key) => Number(key.split('/')[1]) < forkTick).length;
  return { before, after: callKeys.length - before };
}
