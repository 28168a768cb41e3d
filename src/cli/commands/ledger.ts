import type { Command } from 'commander';
import { readState } from '../../adapters/embedded';
import { EXIT } from '../exit';
import { reconcileLog, reconcileText } from '../ledger/reconcile-log';
import { time } from './option-values';
import { apiCommand, contextOf, type CommonOptions, type Registration } from './registration';

interface ReconcileOptions extends CommonOptions {
  log?: string;
  provider?: string;
  completeUntil?: string;
}

/** The provider that the stack's own model server is. */
const OWN = 'scripted';

export const registerLedger: Registration = (program) => {
  const ledger = program.command('ledger').description('the book of what was spent');
  apiCommand(ledger, 'reconcile', 'compare the ledger with a provider’s own log, and settle what is unknown')
    .option(
      '--log <file>',
      'the log, one JSON object per line; by default the model server’s book of this folder’s stack',
    )
    .option('--provider <name>', 'whose log it is; needed with --log and --complete-until')
    .option(
      '--complete-until <time>',
      'the log holds every request accepted until then (ISO 8601): unknown attempts before it that it does not name are voided. By default now, for the stack’s own book',
      time,
    )
    .action(reconcile);
};

async function reconcile(options: ReconcileOptions, command: Command): Promise<void> {
  const { api, console } = contextOf(options);
  const report = await reconcileLog(api, { ...logOf(options, command), note: (text) => console.note(text) });
  console.answer(report, () => reconcileText(report));
  if (report.differenceMicroUsd !== 0 || report.missing.length > 0) process.exitCode = EXIT.failed;
}

function logOf({ log, provider, completeUntil }: ReconcileOptions, command: Command) {
  if (log === undefined) return ownBook(provider, completeUntil, command);
  if (completeUntil === undefined) return { file: log, provider: provider ?? '' };
  // A wrong guess would void what another provider has billed.
  if (provider === undefined)
    return command.error('error: --log with --complete-until needs --provider', { exitCode: EXIT.usage });
  return { file: log, provider, completeUntil };
}

function ownBook(provider: string | undefined, completeUntil: string | undefined, command: Command) {
  if (provider !== undefined && provider !== OWN)
    return command.error(`error: this folder’s stack keeps the book of ${OWN} only, so name the log with --log FILE`, {
      exitCode: EXIT.usage,
    });
  const file = readState(process.cwd())?.services.modelServer?.logFile;
  if (file === undefined)
    return command.error('error: no stack runs in this folder, so name the log with --log FILE', {
      exitCode: EXIT.usage,
    });
  return { file, provider: OWN, completeUntil: completeUntil ?? new Date().toISOString() };
}
