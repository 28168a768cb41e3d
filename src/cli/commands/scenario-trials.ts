import type { Command } from 'commander';
import { parseScenario } from '../../contracts/parse-scenario.schema';
import type { ScenarioDefinition } from '../../domain/scenarios/definition';
import { playCurriculum } from '../../domain/scenarios/curriculum';
import { playScenario } from '../../domain/scenarios/play-scenario';
import { LonghaulError } from '../../domain/kernel/errors';
import { EXIT } from '../exit';
import { readDefinition } from '../graph-files';
import { curriculumText, verdictText } from '../view/scenario-table';
import { agentOption, mindNamed } from './market-minds';
import { integerBetween, seed } from './option-values';
import { consoleOf, jsonCommand, type CommonOptions } from './registration';

interface TrialOptions extends CommonOptions {
  agent: string;
}

const SEEDS_MAX = 100;

/** Scenarios with sellers that need neither a model nor a stack. */
export function trialCommands(scenarios: Command): void {
  jsonCommand(scenarios, 'play <file>', 'play a scenario with a bot for every seller, and judge it; needs no stack')
    .addOption(agentOption())
    .option('--seed <n>', 'the same seed is the same market', seed, 42)
    .action(play);
  jsonCommand(scenarios, 'curriculum', 'whether generated scenarios get harder with their tier; needs no stack')
    .addOption(agentOption())
    .option('--seeds <n>', 'scenarios per tier', integerBetween(1, SEEDS_MAX), 4)
    .action(curriculum);
}

function play(file: string, { agent, seed: from, ...options }: TrialOptions & { seed: number }): void {
  const definition = definitionIn(file);
  const { judged } = playScenario(definition, mindNamed(agent), from);
  const answer = { scenario: definition.scenarioName, agent, seed: from, days: definition.expectedDuration, judged };
  consoleOf(options).answer(answer, () => verdictText(judged));
  if (judged.some(({ verdict }) => !verdict.passed)) process.exitCode = EXIT.failed;
}

function curriculum({ agent, seeds, ...options }: TrialOptions & { seeds: number }): void {
  const found = playCurriculum(mindNamed(agent), seeds);
  consoleOf(options).answer({ agent, seeds, ...found }, () => curriculumText(found));
  if (found.problems.length > 0) process.exitCode = EXIT.failed;
}

/** @throws LonghaulError UnusableFile, InvalidScenario */
function definitionIn(file: string): ScenarioDefinition {
  const { definition, problems } = parseScenario(readDefinition(file));
  if (definition !== undefined) return definition;
  throw new LonghaulError('InvalidScenario', { name: file, count: problems.length }, problems);
}
