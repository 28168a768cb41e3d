import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { parseScenario } from '../../src/contracts/parse-scenario.schema';
import { present } from '../../src/domain/kernel/assert';
import { marketScenarioOf } from '../../src/domain/scenarios/to-market';
import { MARKET_MINDS, type MarketMind } from '../../src/domain/worlds/marketplace/bots';
import { STANDARD_MARKET } from '../../src/domain/worlds/marketplace/scenario';
import type { MarketScenario } from '../../src/domain/worlds/marketplace/state';
import { careless } from './careless';

const FOLDER = resolve(__dirname, '../../examples/scenarios');

/** A market with the mind that all its sellers have. */
export interface Play {
  market: string;
  mindName: string;
  scenario: MarketScenario;
  mind: MarketMind;
}

/** The examples, by name. */
const EXAMPLES: Readonly<Record<string, MarketScenario>> = Object.fromEntries(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => {
      const { definition } = parseScenario(parse(readFileSync(join(FOLDER, file), 'utf8')));
      return [file.replace('.yaml', ''), marketScenarioOf(present(definition, `${file} is no scenario`))];
    }),
);

export const MARKETS: Readonly<Record<string, MarketScenario>> = { standard: STANDARD_MARKET, ...EXAMPLES };

/** By name; what a careless one does is drawn by its seed. */
export const MINDS: Readonly<Record<string, (seed: number) => MarketMind>> = {
  ...Object.fromEntries(Object.entries(MARKET_MINDS).map(([name, mind]) => [name, () => mind])),
  careless,
};

/** What a seed plays: two markets, so that all of both lists meet in the course of a sweep. */
export function playsOf(seed: number, ticks: number): Play[] {
  const [examples, minds] = [Object.entries(EXAMPLES), Object.entries(MINDS)];
  const one = minds[seed % minds.length]!;
  const other = minds[Math.floor(seed / examples.length) % minds.length]!;
  const play = ([market, scenario]: [string, MarketScenario], [mindName, mind]: (typeof minds)[number]): Play => ({
    ...{ market, mindName, mind: mind(seed), scenario: { ...scenario, days: ticks } },
  });
  return [play(['standard', STANDARD_MARKET], one), play(examples[seed % examples.length]!, other)];
}
