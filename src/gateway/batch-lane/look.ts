import { ProviderFailure } from '../../adapters/llm/provider';
import { listSentItems } from '../../adapters/postgres/llm-batch-items';
import { loadBatch, noteTended, type BatchRef, type LlmBatch } from '../../adapters/postgres/llm-batches';
import { present } from '../../domain/kernel/assert';
import type { Parts } from '../parts';
import type { CallContext } from '../types';
import { batchesOf } from './provider-of';

/** Whether a submitted batch has ended. One whose answers no run waits for any more is cancelled at the provider. */
export async function look(parts: Parts, ref: BatchRef, { signal }: CallContext): Promise<'working' | 'ended'> {
  const { pool } = parts.deps;
  const batch = present(await loadBatch(pool, ref), `batch ${ref.batchId} does not exist`);
  if (batch.state === 'over') return 'ended';
  await noteTended(pool, ref);
  const id = present(batch.providerBatchId, `batch ${ref.batchId} is ${batch.state}, not submitted`);
  try {
    const { end, isCancelling } = await batchesOf(parts, batch).look(id, signal);
    if (end !== null) return 'ended';
    if (!isCancelling) await cancelUnwanted(parts, batch, id, signal);
    return 'working';
  } catch (error) {
    if (ProviderFailure.is(error) && error.facts.status === 404) return 'ended';
    throw error;
  }
}

async function cancelUnwanted(parts: Parts, batch: LlmBatch, id: string, signal: AbortSignal): Promise<void> {
  const items = await listSentItems(parts.deps.pool, batch);
  if (items.some(({ isWanted }) => isWanted)) return;
  await batchesOf(parts, batch).cancel(id, signal);
  parts.deps.log.info({ batchId: batch.batchId, items: items.length }, 'a batch that nobody waits for was cancelled');
}
