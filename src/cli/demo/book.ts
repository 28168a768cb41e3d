import { readFile } from 'node:fs/promises';
import type { StackState } from '../../adapters/embedded';
import type { Attempt, ReconcileReport, RunAttempts } from '../../contracts/api.schema';
import { formatUsd } from '../../domain/kernel/money';
import type { ApiClient } from '../../client/api-client';
import { reconcileLog } from '../ledger/reconcile-log';

/** The ledger's attempts of one run beside what the model server itself says it accepted. */
export interface BookCheck {
  attempts: Attempt[];
  /** Undefined when there is no book to compare with, as with a real provider. */
  compared?: { accepted: number; matches: boolean };
  reconciled?: ReconcileReport;
}

/** Compares one run; when calls ended unknown, reconciles them with the model server's book first. */
export async function checkBook(
  api: ApiClient,
  { services }: StackState,
  runId: string,
  note: (text: string) => void,
): Promise<BookCheck> {
  const file = services.modelServer?.logFile;
  const before = await attemptsOf(api, runId);
  if (file === undefined || before.some(({ provider }) => provider !== 'scripted')) return { attempts: before };
  if (!before.some(({ state }) => state === 'unknown'))
    return { attempts: before, compared: await compare(file, runId, before) };
  const completeUntil = new Date().toISOString();
  const reconciled = await reconcileLog(api, { file, provider: 'scripted', completeUntil, note });
  const attempts = await attemptsOf(api, runId);
  return { attempts, reconciled, compared: await compare(file, runId, attempts) };
}

/** Every accepted request has exactly one paid attempt, and every paid attempt was accepted. */
async function compare(file: string, runId: string, attempts: readonly Attempt[]) {
  const accepted = (await acceptedKeys(file)).filter((key) => key.startsWith(`${runId}/`)).sort();
  const paid = attempts.flatMap(({ state, attemptKey }) => (state === 'settled' ? [attemptKey] : [])).sort();
  return { accepted: accepted.length, matches: accepted.join() === paid.join() };
}

async function attemptsOf(api: ApiClient, runId: string): Promise<Attempt[]> {
  const all: Attempt[] = [];
  for (let cursor: string | undefined; ;) {
    const page: RunAttempts = await api.get<RunAttempts>(`/runs/${runId}/attempts`, { limit: 200, cursor });
    all.push(...page.items);
    if (page.nextCursor === null) return all;
    cursor = page.nextCursor;
  }
}

/** The last line may be under way. */
async function acceptedKeys(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.endsWith('}'));
  return lines
    .map((line) => JSON.parse(line) as { kind: string; attemptKey: string | null })
    .flatMap(({ kind, attemptKey }) => (kind === 'accepted' && attemptKey !== null ? [attemptKey] : []));
}

export function countStates(attempts: readonly Attempt[]): Record<Attempt['state'], number> {
  const states = { reserved: 0, sent: 0, settled: 0, void: 0, unknown: 0 };
  for (const { state } of attempts) states[state] += 1;
  return states;
}

export function bookLines({ attempts, compared, reconciled }: BookCheck): string[] {
  const { settled, void: voided, unknown } = countStates(attempts);
  const states = `${settled} settled, ${voided} void, ${unknown} unknown`;
  if (!compared) return [`The ledger has ${states} attempts. What the provider billed is in the provider's own log.`];
  const verdict = compared.matches ? 'The ledger matches' : 'THE LEDGER DOES NOT MATCH';
  return [
    ...(reconciled ? [reconciledLine(reconciled)] : []),
    `${verdict} the model server’s own book: ${compared.accepted} accepted, ${states}.`,
  ];
}

function reconciledLine({ settled, voided, differenceMicroUsd, ledgerMicroUsd }: ReconcileReport): string {
  return `Reconciled: ${settled} attempts of unknown end were billed and are booked now, ${voided} were not; difference ${differenceMicroUsd} µUSD (ledger ${formatUsd(ledgerMicroUsd)}).`;
}
