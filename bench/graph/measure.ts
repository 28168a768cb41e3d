import type { Client } from '@temporalio/client';
import { cpuBetween, cpuTimes, type CpuTimes } from '../cpu-time';
import type { Lane } from '../bare/shape';
import type { BareSide } from '../bare-side';
import type { Case } from './cases';
import { definitionOf } from './definition';
import { readExecution, waitForEnd, type Execution } from '../execution';
import type { ProductSide } from './product-side';

export interface Sides {
  client: Client;
  product: ProductSide;
  bare: BareSide;
}

export interface Run {
  execution: Execution;
  /** What its processes used meanwhile, Temporal's included. */
  cpu: CpuTimes | undefined;
}

/** The product's run and the bare one right after it, so that both met the same machine. */
export interface Pair {
  ours: Run;
  bare: Run;
}

/** A/B/A/B: on a machine that also does other things, only neighbours may be compared. */
export async function measure(
  { client, product, bare }: Sides,
  shape: Case,
  pairCount: number,
  lane: Lane = 'paid',
): Promise<Pair[]> {
  const definition = definitionOf(shape, lane);
  await product.define(definition);
  const calls = shape.durationsMs.length;
  const pairs: Pair[] = [];
  while (pairs.length < pairCount) {
    const start = async () => (await product.start(definition.name)).workflowId;
    const ours = await run(client, product.pids(), calls, start);
    pairs.push({
      ours,
      bare: await run(client, { ...bare.pids, temporal: product.pids().temporal! }, calls, () =>
        bare.start(shape, lane),
      ),
    });
  }
  return pairs;
}

async function run(
  client: Client,
  pids: Record<string, number>,
  calls: number,
  start: () => Promise<string>,
): Promise<Run> {
  const before = cpuTimes(pids);
  const workflowId = await start();
  await waitForEnd(client, workflowId, calls);
  const cpu = cpuBetween(before, cpuTimes(pids));
  return { execution: await readExecution(client, workflowId), cpu };
}
