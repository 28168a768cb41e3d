import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import inspector from 'node:inspector';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { REPLAY_EXIT } from '../contracts/replay-exit';
import { LonghaulError } from '../domain/kernel/errors';
import { lastWordsOf, messageOf } from '../domain/kernel/message-of';
import { readDocument, type ReplayInput } from './read-document';
import { replayExecution, type Outcome } from './replay-execution';
import { reportOf, reportText } from './report';

const WORKFLOW_BUNDLE = join(__dirname, '..', 'workflow-bundle.js');

/**
 * `replay/main.js FILE [--json] [--bundle FILE]`: replays a history on today's workflow code without a Temporal server.
 * Under `--inspect-brk` it does so twice: the second time it stops in the debugger at the command that does not fit.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean', default: false }, bundle: { type: 'string', default: WORKFLOW_BUNDLE } },
    allowPositionals: true,
  });
  quietRuntime();
  const input = readDocument(positionals[0] ?? '-');
  const report = reportOf(await replayAll(input, values.bundle), sameCode(input, values.bundle));
  process.stdout.write(`${values.json ? JSON.stringify(report) : reportText(report)}\n`);
  process.exitCode = REPLAY_EXIT[report.outcome];
  await Runtime.instance().shutdown();
}

async function replayAll({ workflowId, histories }: ReplayInput, codePath: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const history of histories) {
    const outcome = await replayExecution({ codePath }, workflowId, history);
    const stopAt = outcome.outcome === 'diverged' ? outcome.divergence?.found?.index : undefined;
    if (stopAt !== undefined && inspector.url() !== undefined)
      await replayExecution({ codePath }, workflowId, history, stopAt);
    outcomes.push(outcome);
  }
  return outcomes;
}

function sameCode({ workflowBundleSha256 }: ReplayInput, bundle: string): boolean | null {
  if (workflowBundleSha256 === undefined) return null;
  return workflowBundleSha256 === createHash('sha256').update(readFileSync(bundle)).digest('hex');
}

/** A failing replay is the answer here, not an error to be logged. */
function quietRuntime(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) },
    },
  });
}

/** In the shape in which `longhaul --json` reports any failure. */
function report(error: unknown): void {
  if (!process.argv.includes('--json')) return void process.stderr.write(`${lastWordsOf(error)}\n`);
  const code = LonghaulError.is(error) ? error.code : 'Error';
  process.stdout.write(`${JSON.stringify({ error: { code, message: messageOf(error), problems: [] } })}\n`);
}

main().catch((error: unknown) => {
  report(error);
  process.exitCode = REPLAY_EXIT.failed;
  setImmediate(() => process.exit());
});
