import { createInterface } from 'node:readline';
import { runOwnProgram } from '../own-program';
import type { CommonOptions, Registration } from './registration';

const PROGRAMS = [
  { name: 'worker', path: 'worker/main.js', description: 'run a worker: --role workflows|simulations|llm|io|all' },
  { name: 'api', path: 'api/main.js', description: 'run the REST API' },
  { name: 'model-server', path: 'model-server/main.js', description: 'run the scripted model server (see its --help)' },
  { name: 'migrate', path: 'migrate/main.js', description: 'bring the database to this version’s schema' },
] as const;

const READY = 'READY ';

/** The product's programs in the foreground, configured by settings; their options are passed on as they are. */
export const registerPrograms: Registration = (program) => {
  for (const { name, path, description } of PROGRAMS) {
    program
      .command(name)
      .description(description)
      .usage('[--json] [options of the program]')
      .option('--json', 'say that it serves as one line of JSON, without READY before it', false)
      .allowUnknownOption()
      .allowExcessArguments()
      .helpOption(false)
      .action(async ({ json }: CommonOptions, { args }: { args: string[] }) => {
        process.exitCode = await runOwnProgram({
          ...{ path, args, stdio: ['ignore', json ? 'pipe' : 'inherit', 'inherit'] },
          onStdout: (stdout) => void passOnAsJson(stdout),
        });
      });
  }
};

async function passOnAsJson(stdout: NodeJS.ReadableStream): Promise<void> {
  for await (const line of createInterface(stdout))
    process.stdout.write(`${line.startsWith(READY) ? line.slice(READY.length) : line}\n`);
}
