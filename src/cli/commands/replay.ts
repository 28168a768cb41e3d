import { existsSync } from 'node:fs';
import { SIMULATION_LIMITS } from '../../contracts/api.schema';
import { EXIT } from '../exit';
import { linesOfFile, linesOfRun, recordOf } from '../simulation/record-lines';
import { replayRecord } from '../simulation/replay-record';
import { replayText } from '../view/replay-text';
import { integerBetween } from './option-values';
import { apiCommand, consoleOf, contextOf, type CommonOptions, type Registration } from './registration';

interface ReplayOptions extends CommonOptions {
  until?: number;
  inspect: boolean;
}

export const registerReplay: Registration = (program) => {
  apiCommand(
    program,
    'replay <fileOrRunId>',
    'compute a simulation again from its record and compare every state hash, without Temporal or a model; for the workflow history of a run see `history replay`',
  )
    .option('--until <tick>', 'only so many ticks', integerBetween(1, SIMULATION_LIMITS.ticksMax))
    .option('--inspect', 'show the last of them: views, prompts, decisions and the state after it', false)
    .action(replay);
};

export const registerInspect: Registration = (program) => {
  apiCommand(
    program,
    'inspect <fileOrRunId>',
    'open one tick of a simulation: what each agent saw and was told, what it decided, the state after it; computed from the record up to there',
  )
    .requiredOption('--tick <n>', 'which one', integerBetween(1, SIMULATION_LIMITS.ticksMax))
    .action((fileOrRunId: string, { tick, ...options }: CommonOptions & { tick: number }) =>
      replay(fileOrRunId, { ...options, until: tick, inspect: true }),
    );
};

/** A file when there is one of this name, and then no API is needed; else a run that the API knows. */
async function replay(fileOrRunId: string, options: ReplayOptions): Promise<void> {
  const { until, inspect } = options;
  const lines = existsSync(fileOrRunId) ? linesOfFile(fileOrRunId) : linesOfRun(contextOf(options).api, fileOrRunId);
  const report = await replayRecord(recordOf(lines, fileOrRunId), { until, inspect });
  consoleOf(options).answer(report, () => replayText(report));
  if (report.outcome === 'differs') process.exitCode = EXIT.diverged;
}
