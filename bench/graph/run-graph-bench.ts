import { connectTemporal } from '../../src/adapters/temporal';
import type { Stack } from '../../src/adapters/embedded';
import { withStack } from '../embedded';
import { describeMachine, load } from '../machine';
import { BareSide } from '../bare-side';
import { measureFastLane } from './fast-lane';
import { measureKills } from './kills';
import { CASES, chain, type Case } from './cases';
import { measure, type Sides } from './measure';
import { ProductSide } from './product-side';
import type { GraphReport } from './print';
import { caseReport, chainReport } from './report';
import { measureWaits } from './waits';

export interface GraphBenchOptions {
  /** One pair and one kill of each, graphs of 100 only: whether it works, not how fast it is. */
  quick: boolean;
  chainLength: number;
  /** How often each process is killed; 12, or 1 when quick. */
  kills?: number | undefined;
  say(line: string): void;
}

const PAIRS = 5;
const KILLS = 12;

/** Agent runs beside bare Temporal workflows of the same shape, on one server, in turn. */
export async function runGraphBench(options: GraphBenchOptions): Promise<GraphReport> {
  return withStack(options.say, async (stack) => {
    const { address, namespace } = stack.state.services.temporal!;
    const { client, close } = await connectTemporal({ address, namespace });
    const bare = await BareSide.start(client, address, stack.state.services.postgres!.url);
    try {
      return await measureAll({ client, bare, product: new ProductSide(stack) }, stack, options);
    } finally {
      await bare.stop();
      await close();
    }
  });
}

async function measureAll(
  sides: Sides,
  stack: Stack,
  { quick, chainLength, kills: times = quick ? 1 : KILLS, say }: GraphBenchOptions,
): Promise<GraphReport> {
  const loadBefore = load();
  const pairs = quick ? 1 : PAIRS;
  const run = (shape: Case) => {
    say(`${shape.name}: ${shape.durationsMs.length} agents, ${pairs} pair(s), load ${load()}`);
    return measure(sides, shape, pairs);
  };
  say('warming up');
  await measure(sides, { ...chain(50), name: 'warm-up' }, 1); // first calls load code and compile it
  const steps = chain(chainLength);
  const chainFigures = await chainReport(steps, await run(steps));
  const waits = await measureWaits(stack);
  const cases = [];
  for (const shape of CASES.slice(0, quick ? 2 : undefined)) cases.push(await caseReport(shape, await run(shape)));
  say(`fast lane: ${pairs} pair(s), load ${load()}`);
  const fastLane = await measureFastLane(sides, { pairs, chainLength, quick });
  const kills = times === 0 ? {} : await measureKills(stack, sides.product, times, say);
  return {
    bench: 'graph',
    machine: describeMachine(stack, loadBefore),
    waits,
    pairs,
    cases,
    chain: chainFigures,
    fastLane,
    kills,
  };
}
