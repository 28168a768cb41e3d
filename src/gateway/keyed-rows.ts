import type { Attempt } from '../adapters/postgres/attempts';
import type { ProviderLogRow } from './provider-log';

/**
 * A provider that honours idempotency keys bills a call once, in the name of the attempt that came first; a later one may
 * have brought the answer home. Such a row is the bill of the attempt that is settled.
 */
export function nameSettled(log: readonly ProviderLogRow[], attempts: readonly Attempt[]): ProviderLogRow[] {
  const known = new Map(attempts.map((attempt) => [attempt.attemptKey, attempt]));
  const settled = new Map(
    attempts.flatMap((attempt) => (attempt.state === 'settled' ? [[questionOf(attempt), attempt.attemptKey]] : [])),
  );
  return log.map((row) => {
    const billed = known.get(row.attemptKey);
    if (row.idempotencyKey === undefined || billed === undefined || billed.state === 'settled') return row;
    return { ...row, attemptKey: settled.get(questionOf(billed)) ?? row.attemptKey };
  });
}

/** A fallback model is another question of the same call, and has another key. The model that answered is no part of it. */
function questionOf({ callKey, requestHash }: Attempt): string {
  return JSON.stringify([callKey, requestHash]);
}
