import {
  isBilled,
  RECONCILE_LIMITS,
  reconcileQuery,
  reconcileReportSchema,
  reconcileSchema,
  type ProviderRecord,
  type ReconcileReport,
} from '../../contracts/api.schema';
import { reconcileWithLog, type ProviderLogRow } from '../../gateway';
import { route, type Route } from '../route';

const RECORD = {
  kind: 'accepted',
  attemptKey: '01938f3a-7c00-7000-8000-0123456789ab/greeter/0#1',
  inputTokens: 42,
  outputTokens: 7,
};
const REPORT = {
  ...{
    records: 1,
    ignored: 0,
    matched: 0,
    settled: 1,
    voided: 0,
    stillUnknown: 0,
    inFlight: 0,
    duplicates: [],
    missing: [],
    different: [],
  },
  ...{ ledgerMicroUsd: 175, logMicroUsd: 175, differenceMicroUsd: 0, at: '2026-11-20T08:00:00.000Z' },
};

export const ledgerRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/ledger/reconcile',
    operationId: 'reconcileLedger',
    tag: 'Ledger',
    summary: 'Compare the ledger with a provider’s own log, and book what was unknown',
    description: 'Sending the same log twice changes nothing. Prices are those at which each attempt was reserved.',
    query: reconcileQuery,
    body: {
      schema: reconcileSchema,
      formats: ['ndjson', 'json'],
      example: { records: [RECORD] },
      ownChecks: true,
      limitBytes: RECONCILE_LIMITS.bodyBytesMax,
    },
    replies: { 200: { description: 'What was found and booked.', schema: reconcileReportSchema, example: REPORT } },
    errors: [],
    handle: async ({ query, body: { records } }, { deps, tenant }) => {
      const log = records.flatMap(logRowOf);
      const report = await reconcileWithLog(deps.pool, tenant, log, {
        completeUntil: query.completeUntil === undefined ? undefined : new Date(query.completeUntil),
        provider: query.provider,
      });
      const body: ReconcileReport = {
        ...report,
        ...{ records: records.length, ignored: records.length - log.length },
        ...{ duplicates: first(report.duplicates), missing: first(report.missing), different: first(report.different) },
        at: new Date().toISOString(),
      };
      return { status: 200, body };
    },
  }),
];

function logRowOf(record: ProviderRecord): ProviderLogRow[] {
  const { attemptKey, inputTokens = 0, outputTokens = 0, cachedInputTokens, idempotencyKey } = record;
  if (attemptKey === null || !isBilled(record)) return [];
  return [{ attemptKey, inputTokens, outputTokens, cachedInputTokens, idempotencyKey }];
}

/** A log of another installation would name a million attempts that this ledger does not know. */
function first<T>(items: readonly T[]): T[] {
  return items.slice(0, RECONCILE_LIMITS.shownMax);
}
