import { readExecution, type Execution } from '../execution';
import { median, round } from '../figures';
import type { Form } from './form';
import type { Ground } from './ground';
import { askedMarket } from './market';

export interface FastReport {
  fastTicks: number;
  /** First to last event, recording included. */
  agentTicksPerS: { fast: number; fastBare: number; fastRatio: number };
  eventsPerFastTick: number;
}

interface Pair {
  ours: Execution;
  bare: Execution;
}

/** A run that is answered by its cassette every day, beside a workflow that stores a row by a local activity for each, in turn. */
export async function measureFastTicks(
  ground: Ground,
  { fastTicks: ticks, pairs: count }: Pick<Form, 'fastTicks' | 'pairs'>,
): Promise<FastReport> {
  const name = `bench-${ticks}`;
  const recorded = await ground.simulations.start(askedMarket(ticks, { name, mode: 'record' }));
  const { hash } = await ground.simulations.ended(recorded, ticks);
  const pairs: Pair[] = [];
  while (pairs.length < count) pairs.push(await pairOf(ground, ticks, name, hash));
  const perS = (side: keyof Pair) => round((ticks / median(pairs.map((pair) => pair[side].makespanMs))) * 1000);
  return {
    fastTicks: ticks,
    agentTicksPerS: {
      ...{ fast: perS('ours'), fastBare: perS('bare') },
      fastRatio: round(median(pairs.map(({ ours, bare }) => bare.makespanMs / ours.makespanMs))),
    },
    eventsPerFastTick: round(pairs.at(-1)!.ours.events / ticks),
  };
}

/** @throws Error when the replay comes to another end, or cost something: then it was no replay */
async function pairOf(
  { simulations, client, bare }: Ground,
  ticks: number,
  name: string,
  recordedHash: string,
): Promise<Pair> {
  const started = await simulations.start(askedMarket(ticks, { name, mode: 'replay' }));
  const { hash, costMicroUsd } = await simulations.ended(started, ticks);
  if (hash !== recordedHash || costMicroUsd !== 0)
    throw new Error(
      `The replay came to ${hash} at ${costMicroUsd} micro-dollars, the recorded run to ${recordedHash}.`,
    );
  const bareId = await bare.startTicks(ticks);
  await client.workflow.getHandle(bareId).result();
  return {
    ours: await readExecution(client, started.workflowId),
    bare: await readExecution(client, bareId),
  };
}
