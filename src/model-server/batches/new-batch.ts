import { randomUUID } from 'node:crypto';
import type { Fault } from '../faults/spec';
import type { ServerParts } from '../server-parts';
import type { StoredBatch } from './batch';
import { callerOfBatch } from './caller-of-batch';
import { LINE_FORMS } from './line-forms';

const DAY_MS = 86_400_000;
const PREFIX = { openai: 'batch', anthropic: 'msgbatch' } as const;

/** A batch of a stored input file, not begun; `fault` strikes it as a whole. */
export function newBatch(
  { batches }: ServerParts,
  { wire, inputFileId, metadata }: Pick<StoredBatch, 'wire' | 'inputFileId' | 'metadata'>,
  fault: Fault | null,
): StoredBatch {
  return {
    ...{ id: newId(PREFIX[wire]), wire, seq: batches.all().length, status: 'validating', inputFileId, metadata },
    ...{ outputFileId: null, errorFileId: null, createdMs: Date.now(), expiresMs: Date.now() + DAY_MS },
    ...{ endedMs: null, cancelledMs: null, unprocessed: 0, isInvalid: fault?.kind === 'batch-invalid' },
    ...{ counts: { total: 0, completed: 0, failed: 0 }, errors: [] },
    expiresAfter: fault?.kind === 'batch-expired' ? (fault.settings['after'] ?? 0) : null,
  };
}

/** By whoever asks its first request. */
export function faultOfBatch({ faults }: ServerParts, wire: StoredBatch['wire'], input: string): Fault | null {
  const { model, caller } = callerOfBatch(LINE_FORMS[wire].readLines(input).lines[0]);
  return faults.chooseForBatch(model, caller);
}

export function newId(kind: 'batch' | 'msgbatch' | 'file'): string {
  return `${kind}_${randomUUID().replaceAll('-', '')}`;
}
