import { randomUUID } from 'node:crypto';
import { ProviderFailure, type ProviderFailureFacts } from '../../adapters/llm/provider';
import { listSentItems } from '../../adapters/postgres/llm-batch-items';
import {
  endItems,
  loadBatch,
  noteSubmitted,
  releaseSubmission,
  type BatchRef,
  type LlmBatch,
} from '../../adapters/postgres/llm-batches';
import { present } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import { crashPoint } from '../crash-point';
import type { Parts } from '../parts';
import type { CallContext } from '../types';
import { bookItemFailure } from './book-item';
import { claim } from './claim';
import { leftBefore } from './left-before';
import { linesOf } from './lines';
import { batchesOf } from './provider-of';
import type { CallOf } from './types';

/** A batch whose reply was lost is looked for after this, so that its provider has the time to list it. */
const LISTED_AFTER_MS = 5_000;
/**
 * Submits a closed batch, once. Every claim after the first looks at the provider for what an earlier one may have left
 * there, and takes that. Of two that were made all the same (a process that stood still between its look and its
 * request), the second is cancelled at once.
 *
 * @throws LonghaulError CallLeased | ProviderUnreachable | ModelFailed: ask again
 */
export async function submit(
  parts: Parts,
  ref: BatchRef,
  callOf: CallOf,
  { signal }: CallContext,
): Promise<'submitted' | 'refused'> {
  const token = randomUUID();
  const { answer, tries } = await claim(parts, ref, token);
  const batch = present(await loadBatch(parts.deps.pool, ref), `batch ${ref.batchId} does not exist`);
  if (answer === 'done') return batch.state === 'over' ? 'refused' : 'submitted';
  try {
    const left = tries > 1 ? await leftBefore(parts, batch, signal) : null;
    const id = left ?? (await create(parts, batch, callOf, signal));
    if (id === null) return 'refused';
    if (!(await noteSubmitted(parts.deps.pool, ref, id))) await batchesOf(parts, batch).cancel(id, signal);
    return 'submitted';
  } catch (error) {
    if (isRefusal(error)) return await refused(parts, ref, error.facts);
    await releaseSubmission(parts.deps.pool, ref, token);
    throw ProviderFailure.is(error) ? toSubmitError(batch, error.facts) : error;
  }
}

/** Null when nothing is left to be sent. */
async function create(parts: Parts, batch: LlmBatch, callOf: CallOf, signal: AbortSignal): Promise<string | null> {
  const lines = await linesOf(parts, batch, callOf);
  if (lines === null) return null;
  crashPoint('before-batch');
  const id = await batchesOf(parts, batch).submit(batch.batchId, lines, signal);
  crashPoint('after-batch');
  return id;
}

/** Whoever waits, it will not be taken. */
function isRefusal(error: unknown): error is ProviderFailure {
  return ProviderFailure.is(error) && (error.facts.class === 'permanent' || error.facts.class === 'spend-cap');
}

async function refused(parts: Parts, ref: BatchRef, facts: ProviderFailureFacts): Promise<'refused'> {
  for (const item of await listSentItems(parts.deps.pool, ref))
    await bookItemFailure(parts, item, { ...facts, maybeBilled: false });
  await endItems(parts.deps.pool, ref, 'refused');
  return 'refused';
}

function toSubmitError({ batchId, provider, model }: LlmBatch, facts: ProviderFailureFacts): LonghaulError {
  const { class: failureClass, detail, retryAfterMs } = facts;
  const told = {
    callKey: `batch ${batchId}`,
    model,
    failureClass,
    detail: `${provider} did not take the batch: ${detail}`,
  };
  const waitMs = retryAfterMs ?? (facts.maybeBilled ? LISTED_AFTER_MS : null);
  return new LonghaulError('ModelFailed', waitMs === null ? told : { ...told, waitMs });
}
