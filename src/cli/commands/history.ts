import { existsSync, writeFileSync } from 'node:fs';
import { messageOf } from '../../domain/kernel/message-of';
import { LonghaulError } from '../../domain/kernel/errors';
import { runOwnProgram } from '../own-program';
import { inspectAddress } from './option-values';
import { apiCommand, contextOf, type CommonOptions, type Context, type Registration } from './registration';

interface ReplayOptions extends CommonOptions {
  inspectBrk?: string | true;
  bundle?: string;
}

const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const registerHistory: Registration = (program) => {
  const history = program.command('history').description('the recorded history of a run, and its replay');
  apiCommand(history, 'export <runId>', 'print a run’s history with the code version and configuration it belongs to')
    .option('--out <file>', 'write it to this file')
    .action(exportHistory);
  apiCommand(history, 'replay <fileOrRunId>', 'replay a history on today’s workflow code, without a Temporal server')
    .option(
      '--inspect-brk [host:port]',
      'wait for a debugger, and stop at the command that does not fit',
      inspectAddress,
    )
    .option('--bundle <file>', 'replay on this workflow bundle instead of the installed one')
    .action(replay);
};

async function exportHistory(runId: string, options: CommonOptions & { out?: string }): Promise<void> {
  const { api, console } = contextOf(options);
  const bytes = await historyOf(api, runId);
  if (options.out === undefined) return void process.stdout.write(bytes);
  write(options.out, bytes);
  console.answer({ file: options.out, bytes: bytes.byteLength }, () => `${options.out}: ${bytes.byteLength} bytes.`);
}

/** A file when there is one of this name; else a run that the API knows. The exit codes are the program's. */
async function replay(fileOrRunId: string, options: ReplayOptions): Promise<void> {
  const { json, inspectBrk, bundle } = options;
  if (!existsSync(fileOrRunId) && !RUN_ID.test(fileOrRunId))
    throw new LonghaulError('UnusableFile', {
      file: fileOrRunId,
      detail: 'there is no such file, and it is no runId.',
    });
  const input = existsSync(fileOrRunId) ? undefined : await historyOf(contextOf(options).api, fileOrRunId);
  process.exitCode = await runOwnProgram({
    path: 'replay/main.js',
    args: [...(input ? ['-'] : [fileOrRunId]), ...(json ? ['--json'] : []), ...(bundle ? ['--bundle', bundle] : [])],
    nodeArgs: inspectBrk === undefined ? [] : [inspectBrk === true ? '--inspect-brk' : `--inspect-brk=${inspectBrk}`],
    ...{ stdio: [input ? 'pipe' : 'ignore', 'inherit', 'inherit'], input },
  });
}

function historyOf(api: Context['api'], runId: string): Promise<Buffer> {
  return api.bytes(`/runs/${encodeURIComponent(runId)}/history`);
}

/** For its owner only: a history names what the run was about. */
function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes, { mode: 0o600 });
  } catch (error) {
    throw new LonghaulError('UnusableFile', { file, detail: messageOf(error) }, [], { cause: error });
  }
}
