import { Command, CommanderError } from 'commander';
import { COMMANDS } from './commands';
import { EXIT, exitCodeOf, report } from './exit';
import { Console } from './view/console';

/** Builds the program; separate from running it, so that the reference page is made from the same definition. */
export function createProgram(): Command {
  const program = new Command('longhaul')
    .description('Durable LLM agent graphs on Temporal: start, watch, query.')
    .showHelpAfterError('Run `longhaul help` for the list of commands.')
    .exitOverride();
  for (const register of COMMANDS) register(program);
  for (const command of program.commands) pointToHelp(command, 'longhaul');
  return program;
}

/** Who used a command wrongly wants its page, not the list of all. */
function pointToHelp(command: Command, parents: string): void {
  const words = `${parents} ${command.name()}`;
  command.showHelpAfterError(`See \`${words} --help\`.`);
  for (const child of command.commands) pointToHelp(child, words);
}

async function main(): Promise<void> {
  outliveReaders();
  try {
    await createProgram().parseAsync();
  } catch (error) {
    const json = process.argv.includes('--json');
    if (error instanceof CommanderError) process.exitCode = usage(error, json);
    else {
      report(error, new Console(json));
      process.exitCode = exitCodeOf(error);
    }
  }
}

/** commander has told people already; help that was asked for is no error. */
function usage({ exitCode, code, message }: CommanderError, json: boolean): number {
  if (exitCode === 0) return EXIT.ok;
  if (json) new Console(true).fail({ error: { code, message, problems: [] } });
  return EXIT.usage;
}

/** `longhaul … | head`, or a terminal that was closed: who reads no more must not end a supervisor in the middle of its work. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
}

if (require.main === module) void main();
