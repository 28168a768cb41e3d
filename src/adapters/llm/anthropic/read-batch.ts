import type { MessageBatch } from '@anthropic-ai/sdk/resources/messages/batches';
import type { BatchState } from '../provider';
import { label } from '../wire/label';

/** Of all states: the sum is the same from its creation on. */
export function requestsOf({ request_counts: counts }: MessageBatch): number {
  const { processing, succeeded, errored, canceled, expired } = counts;
  return processing + succeeded + errored + canceled + expired;
}

/** Requests are checked when they are processed: a batch as a whole never fails. */
export function stateOf(batch: MessageBatch): BatchState {
  const { id, processing_status: status, results_url: url } = batch;
  return {
    id,
    end: status === 'ended' ? endOf(batch) : null,
    isCancelling: status === 'canceling',
    files: label(url) === undefined ? [] : [id],
    detail: null,
  };
}

function endOf({ request_counts: { expired, canceled } }: MessageBatch): 'completed' | 'expired' | 'cancelled' {
  if (expired > 0) return 'expired';
  return canceled > 0 ? 'cancelled' : 'completed';
}
