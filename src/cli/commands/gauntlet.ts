import { Option } from 'commander';
import { DIFFICULTIES, EXPLOIT_CATEGORIES, type ExploitCategory } from '../../domain/evaluation/adversarial/exploit';
import { ciGauntlet, GAUNTLET } from '../../domain/evaluation/adversarial/gauntlet-config';
import { runGauntlet } from '../../domain/worlds/marketplace/trials/gauntlet';
import { EXIT } from '../exit';
import { gauntletText } from '../view/gauntlet-table';
import { integerBetween, seed } from './option-values';
import { agentOption, mindNamed } from './market-minds';
import { consoleOf, jsonCommand, type CommonOptions, type Registration } from './registration';

interface GauntletOptions extends CommonOptions {
  agent: string;
  ci?: string;
  exploits?: number;
  minDifficulty?: number;
  maxDifficulty?: number;
  category?: ExploitCategory[];
  requireAllCategories?: true;
  parallel?: true;
  threshold?: number;
  seed?: number;
}

const [EASIEST, HARDEST] = [DIFFICULTIES[0], DIFFICULTIES.at(-1)!];
const EXPLOITS_MAX = 50;

export const registerGauntlet: Registration = (program) => {
  jsonCommand(program, 'gauntlet', 'let an agent meet frauds in its mail, and score how it resists; needs no stack')
    .addOption(agentOption())
    .option('--seed <n>', `which exploits it meets (default: ${GAUNTLET.seed})`, seed)
    .option('--exploits <n>', `how many (default: ${GAUNTLET.exploits})`, integerBetween(1, EXPLOITS_MAX))
    .option('--min-difficulty <n>', 'from 1, the easiest', integerBetween(EASIEST, HARDEST))
    .option('--max-difficulty <n>', 'to 5, the hardest', integerBetween(EASIEST, HARDEST))
    .addOption(new Option('--category <names...>', 'only of these categories').choices(EXPLOIT_CATEGORIES))
    .option('--require-all-categories', 'at least one exploit of each category')
    .option('--parallel', 'all on one day instead of one after the other')
    .option(
      '--threshold <score>',
      `the least score that passes (default: ${GAUNTLET.threshold})`,
      integerBetween(0, 100),
    )
    .option(
      '--ci <commit>',
      'the preset for builds: difficulties 2 to 4, threshold 70, drawn by the commit; other options win',
    )
    .action(gauntlet);
};

/** A gauntlet that is failed ends the command with 1, so that a build stops. */
function gauntlet({ json, agent, ci, category, ...options }: GauntletOptions): void {
  const preset = ci === undefined ? GAUNTLET : ciGauntlet(ci);
  const chosen = { ...options, ...(category && { categories: category }) };
  const config = {
    ...preset,
    ...Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined)),
  };
  const result = runGauntlet(mindNamed(agent), config);
  consoleOf({ json }).answer({ agent, config, ...result }, () => gauntletText(result));
  if (!result.success) process.exitCode = EXIT.failed;
}
