import { ProviderFailure, type FoundBatch } from '../../adapters/llm/provider';
import { listSentItems } from '../../adapters/postgres/llm-batch-items';
import { takenBatchIds, type LlmBatch } from '../../adapters/postgres/llm-batches';
import { present } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import { attemptKeyOf } from '../../domain/kernel/ids';
import type { Parts } from '../parts';
import { batchesOf } from './provider-of';

/** How soon a batch that may be ours is looked at again: only its end tells. */
const UNSURE_MS = 30_000;
/** Providers that have no list of their batches answer so. */
const CANNOT_BE_ASKED = new Set([404, 405, 501]);

/** What an earlier claim has submitted, if the provider can be asked. @throws LonghaulError ModelFailed while it cannot be told */
export async function leftBefore(parts: Parts, batch: LlmBatch, signal: AbortSignal): Promise<string | null> {
  const found = await find(parts, batch, signal);
  if (found === 'unsure') throw unsure(batch);
  return found === 'none' ? null : found.id;
}

async function find(parts: Parts, batch: LlmBatch, signal: AbortSignal): Promise<FoundBatch> {
  const { pool, log } = parts.deps;
  const { batchId, provider } = batch;
  const madeSince = present(batch.closedAt, `batch ${batchId} is ${batch.state}, but was never closed`);
  const items = await listSentItems(pool, batch);
  const attemptKeys = items.map(({ callKey, n }) => attemptKeyOf(callKey, n));
  const takenAmong = (ids: readonly string[]) => takenBatchIds(pool, batch, ids);
  try {
    return await batchesOf(parts, batch).find({ name: batchId, madeSince, attemptKeys, takenAmong }, signal);
  } catch (error) {
    if (!ProviderFailure.is(error) || !CANNOT_BE_ASKED.has(error.facts.status ?? 0)) throw error;
    log.warn({ batchId, provider }, 'the provider cannot be asked for its batches; one may be submitted twice');
    return 'none';
  }
}

function unsure({ batchId, provider, model }: LlmBatch): LonghaulError {
  const detail = `${provider} has a batch that may be this one, and says whose it is at its end; nothing is submitted until then`;
  const told = { callKey: `batch ${batchId}`, model, failureClass: 'unknown', detail };
  return new LonghaulError('ModelFailed', { ...told, waitMs: UNSURE_MS });
}
