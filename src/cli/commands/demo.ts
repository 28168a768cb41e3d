import { Option, type Command } from 'commander';
import { loadSettings } from '../../adapters/config';
import { FAULTS } from '../demo/faults';
import { runDemo, type DemoOptions } from '../demo/run-demo';
import { EXIT } from '../exit';
import { modelName } from './option-values';
import { consoleOf, jsonCommand, type Registration } from './registration';

/**
 * Takes the temperature and the JSON answers that the graph asks for; the reasoning models refuse the first.
 */
const OPENAI_MODEL = 'gpt-4.1-mini';

export const registerDemo: Registration = (program) => {
  jsonCommand(
    program,
    'demo',
    'run the eleven-agent ERP graph and show it, on the stack that runs in this folder or on a new one',
  )
    .option('--exit', 'stop everything when the run has ended, also on a terminal', false)
    .addOption(new Option('--fault <fault>', 'let something go wrong on purpose').choices([...FAULTS]))
    .addOption(new Option('--provider <provider>', 'use a real provider (needs OPENAI_API_KEY)').choices(['openai']))
    .option('--model <model>', `the real provider’s model; ${OPENAI_MODEL} by default`, modelName)
    .action(demo);
};

async function demo(options: DemoOptions, command: Command): Promise<void> {
  const refused = refusal(options);
  if (refused !== undefined) command.error(`error: ${refused}`, { exitCode: EXIT.usage });
  const model = options.provider && (options.model ?? OPENAI_MODEL);
  const asDesigned = await runDemo({ ...options, model }, consoleOf(options));
  if (!asDesigned) process.exitCode = EXIT.failed;
}

function refusal({ provider, model, fault }: DemoOptions): string | undefined {
  if (provider === undefined) return model === undefined ? undefined : '--model needs --provider openai';
  if (fault === 'rate-limit')
    return '--fault rate-limit is played by the scripted model server, not by a real provider';
  const { settings } = loadSettings({ env: process.env, cwd: process.cwd() });
  return settings.llm.openaiApiKey ? undefined : '--provider openai needs OPENAI_API_KEY in the environment or in .env';
}
