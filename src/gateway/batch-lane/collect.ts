import { ProviderFailure, type BatchAnswer, type BatchState, type RequestEnd } from '../../adapters/llm/provider';
import { listSentItems, type SentItem } from '../../adapters/postgres/llm-batch-items';
import {
  endItems,
  loadBatch,
  type BatchOutcome,
  type BatchRef,
  type LlmBatch,
} from '../../adapters/postgres/llm-batches';
import { assert, present } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import { Gate } from '../../domain/kernel/gate';
import { attemptKeyOf } from '../../domain/kernel/ids';
import { believed } from '../believed';
import { crashPoint } from '../crash-point';
import type { Parts } from '../parts';
import type { CallContext } from '../types';
import { bookItemAnswer, bookItemFailure, bookItemUnstored, bookNotProcessed } from './book-item';
import { batchesOf } from './provider-of';
import type { CallOf, Collected } from './types';

/** Each builds artifacts and settles; what settles together shares a statement. */
const AT_ONCE = 16;

/**
 * Books what a batch that has ended brought, each item once: begun again after a crash, it goes on with those that are
 * not booked.
 */
export async function collect(
  parts: Parts,
  ref: BatchRef,
  callOf: CallOf,
  { signal }: CallContext,
): Promise<Collected> {
  const { pool } = parts.deps;
  const batch = present(await loadBatch(pool, ref), `batch ${ref.batchId} does not exist`);
  const counts: Collected = { answered: 0, failed: 0, returned: 0 };
  if (batch.state === 'over') return counts;
  const found = await endOf(parts, batch, signal);
  const answers = new Map(found.answers.map((answer) => [answer.customId, answer]));
  const batches = batchesOf(parts, batch);
  const gate = new Gate(AT_ONCE);
  const bookOne = async (item: SentItem) => {
    const answer = answers.get(batches.customIdOf(attemptKeyOf(item.callKey, item.n)));
    const end = await book(parts, batch, item, answer ?? unanswered(found.outcome), callOf);
    counts[end] += 1;
    crashPoint('after-settle');
  };
  const items = await listSentItems(pool, ref);
  await Promise.all(items.map((item) => gate.pass(() => bookOne(item))));
  const left = await endItems(pool, ref, found.outcome);
  assert(left === 0, `batch ${ref.batchId}: ${left} items are left after all were booked`);
  return counts;
}

/** Also of a batch that the provider no longer has: then nothing is known of its items. */
async function endOf(
  parts: Parts,
  batch: LlmBatch,
  signal: AbortSignal,
): Promise<{ outcome: BatchOutcome; answers: BatchAnswer[] }> {
  const batches = batchesOf(parts, batch);
  const id = present(batch.providerBatchId, `batch ${batch.batchId} is ${batch.state}, not submitted`);
  let state: BatchState;
  try {
    state = await batches.look(id, signal);
  } catch (error) {
    if (ProviderFailure.is(error) && error.facts.status === 404) return { outcome: 'gone', answers: [] };
    throw error;
  }
  const outcome = present(state.end, `batch ${batch.batchId} goes on at its provider`);
  const { batchId } = batch;
  if (state.detail !== null) parts.deps.log.warn({ batchId, detail: state.detail }, 'a batch did not pass validation');
  return { outcome, answers: await batches.answersOf(state, signal) };
}

/** A batch that did not pass validation was not processed; of any other, what is not said may have been billed. */
function unanswered(outcome: BatchOutcome): RequestEnd {
  if (outcome === 'failed') return { notProcessed: 'it did not pass validation' };
  const detail = `its batch ended as ${outcome} without a word of it`;
  return { failure: { class: 'unknown', detail, retryAfterMs: null, status: null, maybeBilled: true } };
}

async function book(
  parts: Parts,
  batch: LlmBatch,
  item: SentItem,
  found: RequestEnd,
  callOf: CallOf,
): Promise<keyof Collected> {
  if ('notProcessed' in found) {
    await bookNotProcessed(parts, item, found.notProcessed);
    return 'returned';
  }
  if ('failure' in found) {
    await bookItemFailure(parts, item, found.failure);
    return 'failed';
  }
  try {
    const answer = believed(found.answer);
    const latencyMs = Date.now() - present(batch.submittedAt, `batch ${batch.batchId} was never submitted`).getTime();
    await bookItemAnswer(parts, item, await callOf(item.subject), answer, Math.max(0, latencyMs));
    return 'answered';
  } catch (error) {
    if (LonghaulError.is(error) && error.retryable) throw error; // PostgreSQL is away: the whole step is done again
    if (ProviderFailure.is(error)) await bookItemFailure(parts, item, error.facts);
    else await bookItemUnstored(parts, item, error);
    return 'failed';
  }
}
