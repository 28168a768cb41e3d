import type { SeededRandom } from '../../../src/model-server/seeded-random';
import { echoAgent, layeredGraph } from '../../support/graphs';

/** A graph of the mix, and whether its outcome is the same whatever happens around it. */
export interface Work {
  name: string;
  definition: { name: string };
  /** False where lost money takes room that the next agent would need. */
  hasOneOutcome: boolean;
}

/** What runs in each scenario. */
export interface Workload {
  works: Work[];
  /** How many of them complete whatever happens. */
  successes: number;
  /** After this they count as stuck. */
  endMs: number;
}

const LAYERS = 3;
const WIDTH = 4;
const CHAIN = 5;
const RACERS = 8;
/** Lost money holds its room until it is reconciled, which here is after the end of all; who waits for it gives up. */
const QUEUE_SECONDS = 5;
/** One call's worst case is about 110 µUSD: room for some of the racers at once. */
const RACE_BUDGET_USD = 0.0004;

/** Longer than a link stays cut, so that no call meets it twice: three lost answers end an agent, as they should. */
const PATIENT = { retryPolicy: { strategy: 'constant_delay', baseDelaySeconds: 1 } };

/** A graph in layers, a chain, and a race for a budget that is too small; delays and texts are the seed's. */
export function workload(random: SeededRandom): Workload {
  const prompt = (name: string) => `Agent: ${name}\n[[delay: ${random.integer(100, 700)}]] word ${random.hex(6)}`;
  const layered = layeredGraph(LAYERS, WIDTH, (index) => ({ ...PATIENT, promptTemplate: prompt(`n${index}`) }));
  const chain = Array.from({ length: CHAIN }, (_, index) =>
    echoAgent(`c${index}`, {
      ...PATIENT,
      dependencies: index === 0 ? [] : [`c${index - 1}`],
      promptTemplate: `${prompt(`c${index}`)}${index === 0 ? '' : `\n{{ c${index - 1}.content }}`}`,
    }),
  );
  const race = Array.from({ length: RACERS }, (_, index) =>
    echoAgent(`r${index}`, { ...PATIENT, promptTemplate: prompt(`r${index}`), queueTimeoutSeconds: QUEUE_SECONDS }),
  );
  const works: Work[] = [
    { name: 'layers', definition: { ...layered, name: 'layers' }, hasOneOutcome: true },
    { name: 'chain', definition: { name: 'chain', agents: chain, costBudgetUsd: 10 } as never, hasOneOutcome: true },
    {
      name: 'race',
      definition: { name: 'race', agents: race, costBudgetUsd: RACE_BUDGET_USD } as never,
      hasOneOutcome: false,
    },
  ];
  return { works, successes: 2, endMs: 90_000 };
}

/** One graph of a thousand agents; every tenth is six times as slow as the others. */
export function thousand(): Workload {
  const delay = (index: number) => (index % 10 === 0 ? 600 : 100);
  const graph = layeredGraph(10, 100, (index) => ({
    ...PATIENT,
    promptTemplate: `Agent: n${index}\n[[delay: ${delay(index)}]]`,
  }));
  const definition = { ...graph, name: 'thousand', maxParallelAgents: 50 };
  return { works: [{ name: 'thousand', definition, hasOneOutcome: true }], successes: 1, endMs: 600_000 };
}
