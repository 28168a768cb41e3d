import { RECONCILE_LIMITS, type ReconcileReport } from '../../contracts/api.schema';
import { present } from '../../domain/kernel/assert';
import { formatUsd } from '../../domain/kernel/money';
import type { ApiClient } from '../../client/api-client';
import { readProviderLog } from './provider-log';

export interface ReconcileInput {
  file: string;
  provider: string;
  /** ISO 8601: the log holds every request accepted until then. */
  completeUntil?: string | undefined;
  note(text: string): void;
}

/** Sends the log in parts; the last one carries `completeUntil`, which speaks for all of them. */
export async function reconcileLog(
  api: ApiClient,
  { file, provider, completeUntil, note }: ReconcileInput,
): Promise<ReconcileReport> {
  const { parts, unreadable } = await readProviderLog(file, RECONCILE_LIMITS.recordsMax);
  if (unreadable > 0) note(`${file}: ${unreadable} lines are no JSON objects and were left out.`);
  let report: ReconcileReport | undefined;
  for (const [index, records] of parts.entries()) {
    const last = index === parts.length - 1 && completeUntil !== undefined;
    const query = last ? `?${new URLSearchParams({ completeUntil, provider })}` : '';
    report = sum(report, await api.post<ReconcileReport>(`/ledger/reconcile${query}`, { records }));
  }
  return present(report, 'a log has at least one part');
}

const SUMMED = [
  'records',
  'ignored',
  'matched',
  'settled',
  'voided',
  'inFlight',
  'ledgerMicroUsd',
  'logMicroUsd',
  'differenceMicroUsd',
] as const;

function sum(before: ReconcileReport | undefined, now: ReconcileReport): ReconcileReport {
  if (before === undefined) return now;
  const lists = {
    duplicates: [...before.duplicates, ...now.duplicates],
    missing: [...before.missing, ...now.missing],
    different: [...before.different, ...now.different],
  };
  return { ...now, ...lists, ...Object.fromEntries(SUMMED.map((name) => [name, before[name] + now[name]])) };
}

export function reconcileText(report: ReconcileReport): string {
  const { matched, settled, voided, stillUnknown, missing, differenceMicroUsd } = report;
  const lines = [
    `${matched} attempts matched, ${settled} unknown ones settled, ${voided} voided, ${stillUnknown} still unknown.`,
    `Ledger ${formatUsd(report.ledgerMicroUsd)}, log ${formatUsd(report.logMicroUsd)}, difference ${differenceMicroUsd} µUSD.`,
  ];
  if (missing.length > 0) lines.push(`The ledger does not know: ${missing.join(', ')}`);
  return lines.join('\n');
}
