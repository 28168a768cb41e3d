import { z } from 'zod';
import { microUsd, timestamp } from './common.schema';

/** Records of one request; a longer log is sent in parts, the last of them with `completeUntil`. */
export const RECONCILE_LIMITS = { recordsMax: 50_000, bodyBytesMax: 32 * 1024 * 1024, shownMax: 100 } as const;

const tokens = z.int().min(0).max(1_000_000_000);

/**
 * One line of a provider's own log. Lines of other kinds than `accepted` and lines without an attempt key are counted
 * and passed over, and unknown members are ignored: a log is sent as it is.
 */
export const providerRecordSchema = z
  .object({
    kind: z.string().max(64).optional(),
    attemptKey: z.string().min(1).max(1_024).nullable(),
    inputTokens: tokens.optional(),
    outputTokens: tokens.optional(),
    cachedInputTokens: tokens.optional(),
    idempotencyKey: z.string().max(1_024).optional().meta({
      description:
        'The provider answers a repeat of it from its store: the call was billed once, whichever attempt was settled.',
    }),
  })
  .refine((record) => !isBilled(record) || (record.inputTokens !== undefined && record.outputTokens !== undefined), {
    error: 'Expected inputTokens and outputTokens of a request that was accepted.',
  })
  .refine(({ inputTokens = 0, cachedInputTokens = 0 }) => cachedInputTokens <= inputTokens, {
    path: ['cachedInputTokens'],
    error: 'More cached tokens than input tokens; they are a part of them.',
  })
  .meta({ id: 'ProviderRecord' });

/** Whether the line says that something was billed that the ledger can know. */
export function isBilled(record: { kind?: string | undefined; attemptKey: string | null }): boolean {
  return (record.kind ?? 'accepted') === 'accepted' && record.attemptKey !== null;
}

export const reconcileQuery = z
  .strictObject({
    completeUntil: z.iso.datetime({ offset: true }).optional().meta({
      description:
        'The log, with its parts sent before, holds every request accepted until this moment: unknown attempts sent before it that the log does not name were not billed. Without it they stay unknown.',
    }),
    provider: z.string().min(1).max(64).optional().meta({
      description: 'Whose log it is; needed with `completeUntil`, so that attempts at others are left alone.',
    }),
  })
  .refine(({ completeUntil, provider }) => completeUntil === undefined || provider !== undefined, {
    path: ['provider'],
    error: 'Required with completeUntil: attempts at other providers are not in this log.',
  });

export const reconcileSchema = z
  .strictObject({ records: z.array(providerRecordSchema).max(RECONCILE_LIMITS.recordsMax) })
  .meta({ id: 'Reconcile' });

export const reconcileReportSchema = z
  .strictObject({
    records: z.int(),
    ignored: z.int().meta({ description: 'Lines that are no accepted request or carry no attempt key.' }),
    matched: z.int().meta({ description: 'Settled before, at the cost that the log shows.' }),
    settled: z.int().meta({ description: 'Unknown attempts that the log shows as billed: booked now at their cost.' }),
    voided: z
      .int()
      .meta({ description: 'Unknown attempts that the complete log does not name: their hold is released.' }),
    stillUnknown: z.int().meta({ description: 'Unknown attempts of the tenant afterwards.' }),
    inFlight: z.int().meta({ description: 'Attempts of the log that are still under way.' }),
    duplicates: z.array(z.string()).meta({ description: 'Attempt keys that the log names more than once.' }),
    missing: z.array(z.string()).meta({ description: 'Attempt keys of the log that the ledger does not know.' }),
    different: z
      .array(z.strictObject({ attemptKey: z.string(), ledgerMicroUsd: microUsd, logMicroUsd: microUsd }))
      .meta({ description: 'Settled attempts whose cost differs from the log.' }),
    ledgerMicroUsd: microUsd.meta({ description: 'Known spend of the attempts that the log names, afterwards.' }),
    logMicroUsd: microUsd.meta({ description: 'What the log’s tokens cost at the price of each attempt.' }),
    differenceMicroUsd: microUsd,
    at: timestamp,
  })
  .meta({ id: 'ReconcileReport', description: 'Lists of keys show the first hundred.' });

export type ProviderRecord = z.infer<typeof providerRecordSchema>;
export type Reconcile = z.infer<typeof reconcileSchema>;
export type ReconcileQuery = z.infer<typeof reconcileQuery>;
export type ReconcileReport = z.infer<typeof reconcileReportSchema>;
