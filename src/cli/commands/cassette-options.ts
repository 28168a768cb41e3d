import { type Command, Option } from 'commander';
import type { RunCassette } from '../../contracts/api.schema';
import { CASSETTE_MODES } from '../../domain/llm/cassette';
import { EXIT } from '../exit';

export interface CassetteOptions {
  cassette?: string;
  cassetteMode?: RunCassette['mode'];
}

/** Options of whatever starts a run. */
export function cassetteOptions(command: Command): Command {
  return command
    .option('--cassette <name>', 'the cassette that --cassette-mode uses, instead of the installation’s')
    .addOption(
      new Option('--cassette-mode <mode>', 'how recorded answers are used in this run').choices([
        'off',
        ...CASSETTE_MODES,
      ]),
    );
}

export function cassetteOf(
  { cassette: name, cassetteMode: mode }: CassetteOptions,
  command: Command,
): RunCassette | undefined {
  if (mode !== undefined) return { mode, name };
  if (name === undefined) return undefined;
  // A name alone could mean to record over it.
  return command.error('error: --cassette needs --cassette-mode', { exitCode: EXIT.usage });
}
