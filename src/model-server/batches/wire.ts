import { BATCH_ENDPOINT } from './read-lines';
import type { BatchStatus, StoredBatch } from './batch';

/** A batch as OpenAI shows it. */
export function wireBatch(batch: StoredBatch): object {
  const at = (status: BatchStatus) => (batch.status === status ? seconds(batch.endedMs ?? Date.now()) : null);
  return {
    id: batch.id,
    object: 'batch',
    endpoint: BATCH_ENDPOINT,
    errors: batch.errors.length === 0 ? null : { object: 'list', data: batch.errors },
    input_file_id: batch.inputFileId,
    completion_window: '24h',
    status: batch.status,
    output_file_id: batch.outputFileId,
    error_file_id: batch.errorFileId,
    created_at: seconds(batch.createdMs),
    expires_at: seconds(batch.expiresMs),
    completed_at: at('completed'),
    failed_at: at('failed'),
    expired_at: at('expired'),
    cancelling_at: at('cancelling'),
    cancelled_at: at('cancelled'),
    request_counts: batch.counts,
    metadata: batch.metadata,
  };
}

export function wireFile(id: string, bytes: number, filename: string): object {
  const created = seconds(Date.now());
  return { id, object: 'file', bytes, created_at: created, filename, purpose: 'batch', status: 'processed' };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
