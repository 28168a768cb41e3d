import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { stringify } from 'yaml';
import type { ScenarioPage, ScenarioSummary, ScenarioValidation, ScenarioView } from '../../contracts/api.schema';
import { TIERS, type Tier } from '../../domain/scenarios/definition';
import { generateScenario } from '../../domain/scenarios/generate';
import { EXIT } from '../exit';
import { readBody } from '../graph-files';
import { asGiven } from '../http/as-given';
import { table } from '../view/run-table';
import { integerBetween, seed } from './option-values';
import { trialCommands } from './scenario-trials';
import {
  apiCommand,
  contextOf,
  consoleOf,
  jsonCommand,
  pageCommand,
  type CommonOptions,
  type PageOptions,
  type Registration,
} from './registration';

interface VersionOptions extends CommonOptions {
  scenarioVersion?: number;
}

const VERSION = ['--scenario-version <n>', 'by default the latest', integerBetween(1, 2_147_483_647)] as const;

export const registerScenarios: Registration = (program) => {
  const scenarios = program
    .command('scenarios')
    .description('markets to play: list, show, add, validate, generate, play, curriculum');
  pageCommand(scenarios, 'list', 'list the latest version of each scenario').action(list);
  apiCommand(scenarios, 'show <name>', 'print a scenario as YAML, with every default')
    .option(...VERSION)
    .action(show);
  apiCommand(scenarios, 'add <file>', 'store a scenario; the same name again makes the next version').action(add);
  apiCommand(scenarios, 'validate <scenario>', 'check a file, or a stored scenario by its name')
    .option(...VERSION)
    .action(validate);
  jsonCommand(scenarios, 'generate', 'make a scenario within the bounds of a tier, as YAML; needs no stack')
    .requiredOption('--tier <n>', 'difficulty, 0 to 3', integerBetween(TIERS[0], TIERS.at(-1)!))
    .option('--seed <n>', 'the same seed makes the same scenario', seed, 1)
    .action(generate);
  trialCommands(scenarios);
};

async function list({ limit, cursor, ...options }: CommonOptions & PageOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const page = await api.get<ScenarioPage>('/scenarios', { limit, cursor });
  console.answer(page, () => {
    if (page.items.length === 0)
      return 'No scenarios yet. Add one: longhaul scenarios add examples/scenarios/tier_0_baseline.yaml';
    const rows = page.items.map((item) => [
      ...[item.name, item.version, item.difficultyTier, item.expectedDuration, item.sellers],
      item.description,
    ]);
    const more = page.nextCursor === null ? '' : `\nMore: --cursor ${page.nextCursor}`;
    return table(['scenario', 'version', 'tier', 'days', 'sellers', 'description'], rows) + more;
  });
}

async function show(name: string, { scenarioVersion: version, ...options }: VersionOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const scenario = await api.get<ScenarioView>(`/scenarios/${encodeURIComponent(name)}`, { version });
  console.answer(scenario, () => stringify(scenario.definition).trimEnd());
}

async function add(file: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const stored = await asGiven({ file }, () => api.send<ScenarioSummary>('POST', '/scenarios', readBody(file)));
  console.answer(stored, () => `${stored.name} is stored as version ${stored.version}.`);
}

async function validate(scenario: string, { scenarioVersion: version, ...options }: VersionOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const answer = isFile(scenario)
    ? await asGiven({ file: scenario }, () =>
        api.send<ScenarioValidation>('POST', '/scenarios/validate', readBody(scenario)),
      )
    : await api.get<ScenarioValidation>(`/scenarios/${encodeURIComponent(scenario)}/validate`, { version });
  console.answer(answer, () =>
    answer.valid
      ? `${scenario} is in order.`
      : answer.errors.map(({ path, message }) => `${path}: ${message}`).join('\n'),
  );
  if (!answer.valid) process.exitCode = EXIT.failed;
}

function generate({ tier, seed: from, ...options }: CommonOptions & { tier: number; seed: number }): void {
  const definition = generateScenario(from, tier as Tier);
  consoleOf(options).answer(definition, () => stringify(definition).trimEnd());
}

/** A file that is missing is a file all the same: its name says what was meant. */
function isFile(scenario: string): boolean {
  return ['.yaml', '.yml', '.json'].includes(extname(scenario)) || existsSync(scenario);
}
