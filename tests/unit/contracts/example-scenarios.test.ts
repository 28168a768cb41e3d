import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { parseScenario } from '../../../src/contracts/parse-scenario.schema';
import type { ScenarioDefinition } from '../../../src/domain/scenarios/definition';
import { playScenario } from '../../../src/domain/scenarios/play-scenario';
import { marketScenarioOf } from '../../../src/domain/scenarios/to-market';
import { guideBlocks } from '../../support/guide';
import { MARKET_MINDS } from '../../../src/domain/worlds/marketplace/bots';

const FOLDER = 'examples/scenarios';
const files = readdirSync(FOLDER).sort();
const read = (file: string): ScenarioDefinition => {
  const { definition, problems } = parseScenario(parse(readFileSync(`${FOLDER}/${file}`, 'utf8')));
  expect(problems).toEqual([]);
  return definition!;
};

const ends = new Map<string, number>();

test.each(files)('%s plays to its end with the baseline bot, plausibly', (file) => {
  const definition = read(file);
  expect(file).toBe(`${definition.scenarioName}.yaml`);
  const { days, judged } = playScenario(definition, MARKET_MINDS['baseline-v1']!, 1);
  expect(days).toHaveLength(definition.expectedDuration);
  const total = (figure: string) => days.reduce((sum, day) => sum + day[figure]!, 0);
  expect(total('unitsSold')).toBeGreaterThan(150);
  expect(total('profitCents') + capital(definition)).toBe(days.at(-1)!.cashCents! - days.at(-1)!.debtCents!);
  for (const { verdict } of judged) for (const { value } of verdict.criteria) expect(Number.isNaN(value)).toBe(false);
  ends.set(file, days.at(-1)!.equityCents!);
});

function capital(definition: ScenarioDefinition): number {
  const { sellers, terms, startCashCents } = marketScenarioOf(definition);
  return sellers.reduce((sum, seller) => sum + (terms[seller]?.startCashCents ?? startCashCents), 0);
}

test('no two scenarios end alike', () => {
  expect(new Set(ends.values()).size).toBe(files.length);
});

test('there is one of every tier, of every business type and of every way to meet', () => {
  const definitions = files.map(read);
  expect(new Set(definitions.map(({ difficultyTier }) => difficultyTier))).toEqual(new Set([0, 1, 2, 3]));
  const modes = definitions.map(({ multiAgentConfig }) => multiAgentConfig?.interactionMode);
  expect(new Set(modes)).toEqual(new Set([undefined, 'competitive', 'cooperative', 'negotiation']));
});

test('the scenario of the guide is one', () => {
  const yaml = guideBlocks('scenarios.md').find(({ language }) => language === 'yaml')!;
  expect(parseScenario(parse(yaml.text)).problems).toEqual([]);
});
