import type { Batches } from '../../adapters/llm/provider';
import { listSentItems, type SentItem } from '../../adapters/postgres/llm-batch-items';
import { endItems, type LlmBatch } from '../../adapters/postgres/llm-batches';
import { LonghaulError } from '../../domain/kernel/errors';
import { attemptKeyOf } from '../../domain/kernel/ids';
import { messageOf } from '../../domain/kernel/message-of';
import type { Parts } from '../parts';
import { bookItemFailure } from './book-item';
import { batchesOf } from './provider-of';
import type { CallOf } from './types';

/** Null when nothing is left to be sent. An item whose call cannot be made again is not sent, and not billed. */
export async function linesOf(parts: Parts, batch: LlmBatch, callOf: CallOf): Promise<string[] | null> {
  const batches = batchesOf(parts, batch);
  const lines: string[] = [];
  for (const item of await listSentItems(parts.deps.pool, batch)) {
    const line = await lineOf(parts, item, callOf, batches);
    if (line !== null) lines.push(line);
  }
  if (lines.length > 0) return lines;
  await endItems(parts.deps.pool, batch, 'refused');
  return null;
}

async function lineOf(parts: Parts, item: SentItem, callOf: CallOf, batches: Batches): Promise<string | null> {
  try {
    const { request } = await callOf(item.subject);
    return batches.lineOf(attemptKeyOf(item.callKey, item.n), request);
  } catch (error) {
    if (LonghaulError.is(error) && error.retryable) throw error;
    const detail = `its request could not be made again: ${messageOf(error)}`;
    await bookItemFailure(parts, item, {
      class: 'permanent',
      detail,
      retryAfterMs: null,
      status: null,
      maybeBilled: false,
    });
    return null;
  }
}
