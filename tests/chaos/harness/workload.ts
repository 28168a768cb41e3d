import type { SeededRandom } from '../../../src/model-server/seeded-random';
import { echoAgent, layeredGraph } from '../../support/graphs';
import { bot, seller } from '../../support/simulations';

/** A graph or a simulation of the mix, and whether its outcome is the same whatever happens around it. */
export interface Work {
  name: string;
  kind: 'graph' | 'simulation';
  definition: object;
  /** False where lost money takes room that the next agent would need. */
  hasOneOutcome: boolean;
}

type Definition = { name: string; agents: object[] } & Record<string, unknown>;

/** What runs in each scenario. */
export interface Workload {
  works: Work[];
  /** How many of them complete whatever happens. */
  successes: number;
  /** A fault strikes after this many answers at the latest. */
  strikeBy: number;
  /** After this they count as stuck. */
  endMs: number;
  /** How long the model takes, where the prompts do not say so themselves. */
  latency?: string;
}

const LAYERS = 3;
const WIDTH = 4;
const CHAIN = 5;
const RACERS = 8;
const MARKET_DAYS = 6;
const LONG_MARKET_DAYS = 40;
const BOT_DAYS = 2_500;
const SEEDS = 2 ** 32 - 1;
/** Lost money holds its room until it is reconciled, which here is after the end of all; who waits for it gives up. */
const QUEUE_SECONDS = 5;
/** One call's worst case is about 110 µUSD: room for some of the racers at once. */
const RACE_BUDGET_USD = 0.0004;

/** Longer than a link stays cut, so that no call meets it twice: three lost answers end an agent, as they should. */
const PATIENT = { retryPolicy: { strategy: 'constant_delay', baseDelaySeconds: 1 } };

/** A graph in layers, a chain, a race for a budget that is too small, and a market; delays and texts are the seed's. */
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
    graph({ ...layered, name: 'layers' }),
    graph({ name: 'chain', agents: chain, costBudgetUsd: 10 }),
    { ...graph({ name: 'race', agents: race, costBudgetUsd: RACE_BUDGET_USD }), hasOneOutcome: false },
    market('market', MARKET_DAYS, random),
  ];
  return { works, successes: 3, strikeBy: 8, endMs: 90_000 };
}

/** One graph of a thousand agents; every tenth is six times as slow as the others. */
export function thousand(): Workload {
  const delay = (index: number) => (index % 10 === 0 ? 600 : 100);
  const layers = layeredGraph(10, 100, (index) => ({
    ...PATIENT,
    promptTemplate: `Agent: n${index}\n[[delay: ${delay(index)}]]`,
  }));
  const definition = { ...layers, name: 'thousand', maxParallelAgents: 50 };
  return { works: [graph(definition)], successes: 1, strikeBy: 8, endMs: 600_000 };
}

/**
 * A market of two models and a bot, which is paid for call by call and fast-forwards after quiet days, and one of bots
 * alone, which is nothing but ticks and goes on over several histories.
 */
export function simulations(random: SeededRandom): Workload {
  const seed = random.integer(0, SEEDS);
  const bots = {
    name: 'bots',
    seed,
    ticks: BOT_DAYS,
    agents: [bot('baseline-v1', 'north'), bot('skilled-v1', 'south')],
  };
  const works = [market('long-market', LONG_MARKET_DAYS, random), simulation(bots)];
  return { works, successes: 2, strikeBy: LONG_MARKET_DAYS, endMs: 180_000, latency: 'fixed:60' };
}

function market(name: string, ticks: number, random: SeededRandom): Work {
  const model = (id: string, undercut: number) => ({ ...PATIENT, ...seller(`undercut ${undercut} %`), id });
  const agents = [model('shop', 3), model('rival', random.integer(1, 9)), bot('greedy-script', 'third')];
  const rules = [{ on: 'day-closed', when: 'quiet', do: { advance: 1 } }];
  return simulation({ name, seed: random.integer(0, SEEDS), ticks, agents, rules });
}

function graph(definition: Definition): Work {
  return { name: definition.name, kind: 'graph', definition, hasOneOutcome: true };
}

function simulation(definition: Definition): Work {
  return { name: definition.name, kind: 'simulation', definition, hasOneOutcome: true };
}
