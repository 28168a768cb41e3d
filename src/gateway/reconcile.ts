import { listAttempts, type Attempt } from '../adapters/postgres/attempts';
import type { Pool } from '../adapters/postgres/connection';
import { reconcile } from '../adapters/postgres/ledger';
import type { ReconcileAnswer, ReconcileItem } from '../adapters/postgres/ledger-types';
import type { MicroUsd } from '../domain/kernel/money';
import { priceOfVersion } from '../domain/llm/price-version';
import { costOf } from '../domain/llm/pricing';
import { nameSettled } from './keyed-rows';
import type { ProviderLogRow } from './provider-log';

export interface ReconcileOptions {
  /**
   * The log holds every request that was accepted until then: an unknown attempt sent before it that the log does not
   * name was not billed. Without it, such attempts stay unknown.
   */
  completeUntil?: Date;
  /** Whose log it is; attempts at other providers are left alone. */
  provider?: string;
}

export interface ReconcileReport {
  /** Settled before, at the cost that the log shows. */
  matched: number;
  /** Booked now at their cost, because the log shows them as billed. */
  settled: number;
  /** Proved unbilled now. */
  voided: number;
  stillUnknown: number;
  /** Attempts of the log that are under way: nothing to say yet. */
  inFlight: number;
  /** Attempt keys that the log names more than once: billed twice. */
  duplicates: string[];
  /** Attempt keys that the ledger does not know. */
  missing: string[];
  /** Settled at another cost than the log's. */
  different: { attemptKey: string; ledgerMicroUsd: MicroUsd; logMicroUsd: MicroUsd }[];
  /** Known spend of the attempts that the log names, afterwards. */
  ledgerMicroUsd: MicroUsd;
  /** The log's tokens at the price of each attempt. */
  logMicroUsd: MicroUsd;
  differenceMicroUsd: number;
}

const PAGE = 1_000;
const BATCH = 200;

/** Compares the ledger with a provider's own record by attempt key and books what was unknown. A second time changes nothing. */
export async function reconcileWithLog(
  pool: Pool,
  tenant: string,
  log: readonly ProviderLogRow[],
  options: ReconcileOptions = {},
): Promise<ReconcileReport> {
  const before = await attemptsAt(pool, tenant, options.provider);
  const rows = byAttempt(nameSettled(log, before));
  const answers = await book(
    pool,
    tenant,
    before.flatMap((attempt) => itemFor(attempt, rows.get(attempt.attemptKey), options)),
  );
  const after = await attemptsAt(pool, tenant, options.provider);
  const known = new Set(after.map(({ attemptKey }) => attemptKey));
  return {
    settled: answers.filter(({ answer }) => answer === 'settled').length,
    voided: answers.filter(({ answer }) => answer === 'void').length,
    stillUnknown: after.filter(({ state }) => state === 'unknown').length,
    duplicates: [...rows].filter(([, group]) => group.length > 1).map(([key]) => key),
    missing: [...rows.keys()].filter((key) => !known.has(key)),
    ...compare(before, after, rows),
  };
}

function byAttempt(log: readonly ProviderLogRow[]): Map<string, ProviderLogRow[]> {
  const groups = new Map<string, ProviderLogRow[]>();
  for (const row of log) groups.set(row.attemptKey, [...(groups.get(row.attemptKey) ?? []), row]);
  return groups;
}

async function attemptsAt(pool: Pool, tenant: string, provider: string | undefined): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (let after: Attempt | undefined; ;) {
    const page = await listAttempts(pool, { tenant, limit: PAGE, after });
    attempts.push(...page.filter((attempt) => provider === undefined || attempt.provider === provider));
    after = page.at(-1);
    if (page.length < PAGE) return attempts;
  }
}

/** What the log proves of an attempt that is not settled, if anything. */
function itemFor(
  attempt: Attempt,
  rows: ProviderLogRow[] | undefined,
  { completeUntil }: ReconcileOptions,
): ReconcileItem[] {
  const { callKey, n, state, sentAt } = attempt;
  if (rows && (state === 'unknown' || state === 'void')) {
    return [
      {
        callKey,
        n,
        billed: true,
        actualMicroUsd: costOfRows(attempt, rows),
        inputTokens: sum(rows, 'inputTokens'),
        outputTokens: sum(rows, 'outputTokens'),
        keyed: rows.some(({ idempotencyKey }) => idempotencyKey !== undefined),
      },
    ];
  }
  const absent = !rows && completeUntil !== undefined && sentAt !== null && sentAt <= completeUntil;
  return absent && state === 'unknown' ? [{ callKey, n, billed: false }] : [];
}

async function book(pool: Pool, tenant: string, items: ReconcileItem[]): Promise<ReconcileAnswer[]> {
  const answers: ReconcileAnswer[] = [];
  for (let at = 0; at < items.length; at += BATCH)
    answers.push(...(await reconcile(pool, tenant, items.slice(at, at + BATCH))));
  return answers;
}

/** By the price at which the attempt was reserved, whatever the price list says today. */
function costOfRows({ priceVersion }: Attempt, rows: readonly ProviderLogRow[]): MicroUsd {
  const price = priceOfVersion(priceVersion);
  return rows.reduce((total, row) => total + costOf(price, row), 0);
}

function compare(before: readonly Attempt[], after: readonly Attempt[], rows: ReadonlyMap<string, ProviderLogRow[]>) {
  const settledBefore = new Set(before.filter(({ state }) => state === 'settled').map(({ attemptKey }) => attemptKey));
  const named = after.flatMap((attempt) => {
    const logged = rows.get(attempt.attemptKey);
    return logged
      ? [{ attempt, logMicroUsd: costOfRows(attempt, logged), ledgerMicroUsd: attempt.actualMicroUsd ?? 0 }]
      : [];
  });
  const booked = named.filter(({ attempt }) => attempt.state === 'settled');
  const different = booked.filter(({ logMicroUsd, ledgerMicroUsd }) => logMicroUsd !== ledgerMicroUsd);
  const logMicroUsd = named.reduce((total, item) => total + item.logMicroUsd, 0);
  const ledgerMicroUsd = named.reduce((total, item) => total + item.ledgerMicroUsd, 0);
  return {
    matched: booked.filter(
      ({ attempt, logMicroUsd: logged, ledgerMicroUsd: ledger }) =>
        settledBefore.has(attempt.attemptKey) && logged === ledger,
    ).length,
    inFlight: named.filter(({ attempt: { state } }) => state === 'reserved' || state === 'sent').length,
    different: different.map(({ attempt: { attemptKey }, ...costs }) => ({
      attemptKey,
      logMicroUsd: costs.logMicroUsd,
      ledgerMicroUsd: costs.ledgerMicroUsd,
    })),
    ledgerMicroUsd,
    logMicroUsd,
    differenceMicroUsd: logMicroUsd - ledgerMicroUsd,
  };
}

function sum(rows: readonly ProviderLogRow[], key: 'inputTokens' | 'outputTokens'): number {
  return rows.reduce((total, row) => total + row[key], 0);
}
