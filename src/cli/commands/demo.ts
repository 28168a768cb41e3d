import { Option, type Command } from 'commander';
import { loadSettings } from '../../adapters/config';
import { SIMULATION_LIMITS } from '../../contracts/api.schema';
import { FAULTS } from '../demo/faults';
import { runDemo, type DemoOptions } from '../demo/run-demo';
import { runSimulationDemo, type SimulationDemoOptions } from '../demo/simulation/run-simulation-demo';
import { EXIT } from '../exit';
import { integerBetween, modelName } from './option-values';
import { consoleOf, jsonCommand, type Registration } from './registration';

/**
 * Takes the temperature and the JSON answers that the graph asks for; the reasoning models refuse the first.
 */
const OPENAI_MODEL = 'gpt-4.1-mini';
/** Two kills and a fork need days apart. */
const DAYS_MIN = 6;

export const registerDemo: Registration = (program) => {
  jsonCommand(
    program,
    'demo',
    'run the eleven-agent ERP graph and show it, on the stack that runs in this folder or on a new one',
  )
    .option(
      '--simulation',
      'instead: a model keeps a shop for half a year, is killed, forked, replayed and compared',
      false,
    )
    .option('--days <n>', 'of the simulation (default: 180)', integerBetween(DAYS_MIN, SIMULATION_LIMITS.ticksMax))
    .option('--exit', 'stop everything when the run has ended, also on a terminal', false)
    .addOption(new Option('--fault <fault>', 'let something go wrong on purpose').choices([...FAULTS]))
    .addOption(new Option('--provider <provider>', 'use a real provider (needs OPENAI_API_KEY)').choices(['openai']))
    .option('--model <model>', `the real provider’s model; ${OPENAI_MODEL} by default`, modelName)
    .action(demo);
};

type Options = DemoOptions & SimulationDemoOptions & { simulation: boolean };

async function demo(options: Options, command: Command): Promise<void> {
  const refused = refusal(options);
  if (refused !== undefined) command.error(`error: ${refused}`, { exitCode: EXIT.usage });
  if (!(await (options.simulation ? runSimulationDemo(options, consoleOf(options)) : graphDemo(options))))
    process.exitCode = EXIT.failed;
}

async function graphDemo(options: DemoOptions): Promise<boolean> {
  const model = options.provider && (options.model ?? OPENAI_MODEL);
  return await runDemo({ ...options, model }, consoleOf(options));
}

function refusal({ provider, model, fault, simulation, days }: Options): string | undefined {
  if (simulation && [provider, model, fault].some((option) => option !== undefined))
    return '--simulation goes with --days, --exit and --json only';
  if (days !== undefined && !simulation) return '--days needs --simulation';
  if (provider === undefined) return model === undefined ? undefined : '--model needs --provider openai';
  if (fault === 'rate-limit')
    return '--fault rate-limit is played by the scripted model server, not by a real provider';
  const { settings } = loadSettings({ env: process.env, cwd: process.cwd() });
  return settings.llm.openaiApiKey ? undefined : '--provider openai needs OPENAI_API_KEY in the environment or in .env';
}
