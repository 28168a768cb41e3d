import { isOver, type StoredBatch } from '../batches/batch';

/** A batch as Anthropic shows it; `origin` is where its results are. */
export function wireMessageBatch(batch: StoredBatch, origin: string): object {
  const { id, status, createdMs, expiresMs, endedMs, cancelledMs } = batch;
  return {
    id,
    type: 'message_batch',
    processing_status: statusOf(batch),
    request_counts: countsOf(batch),
    created_at: new Date(createdMs).toISOString(),
    expires_at: new Date(expiresMs).toISOString(),
    ended_at: isoOf(endedMs),
    cancel_initiated_at: isoOf(cancelledMs),
    archived_at: null,
    results_url: isOver({ status }) ? `${origin}/v1/messages/batches/${id}/results` : null,
  };
}

function statusOf(batch: StoredBatch): string {
  if (isOver(batch)) return 'ended';
  return batch.status === 'cancelling' ? 'canceling' : 'in_progress';
}

/** All are under way until all have ended; their sum is never another. */
function countsOf(batch: StoredBatch): object {
  const { total, completed, failed } = batch.counts;
  if (!isOver(batch)) return { processing: total, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
  const { status, unprocessed } = batch;
  return {
    processing: 0,
    succeeded: completed,
    errored: failed - unprocessed,
    canceled: status === 'cancelled' ? unprocessed : 0,
    expired: status === 'expired' ? unprocessed : 0,
  };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
