import { DEFAULT_LANE_LIMITS, type LaneLimits } from '../../domain/llm/batch-lane';
import { batchPrice } from '../../domain/llm/batch-price';
import { FAILURE_CLASSES, type FailureClass } from '../../domain/llm/failure-class';
import { priceVersionOf } from '../../domain/llm/price-version';
import { worstCaseCost } from '../../domain/llm/pricing';
import { attemptKeyOf } from '../../domain/kernel/ids';
import { present } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import { enqueueItem, pastItems, waitOnItem, type PastItems } from '../../adapters/postgres/llm-batch-items';
import { admit } from '../admission';
import { reservation } from '../call';
import { answerFromCassette } from '../cassette-player';
import { toModelError } from '../model-error';
import type { Parts } from '../parts';
import { quoteOf, type Quote } from '../quote';
import { storedResult } from '../stored-result';
import type { CallContext } from '../types';
import { Waiting } from '../waiting';
import type { BatchCall, Enqueued } from './types';

/** Longer than any batch goes on: while it lasts, no process has to say that the attempt is alive. */
const ITEM_LEASE_MS = 7 * 86_400_000;
/** Then one request answers what three batches did not. */
const REQUEUES_MAX = 2;
const FINAL: ReadonlySet<string> = new Set<FailureClass>(['permanent', 'spend-cap']);

/**
 * Reserves a call at the price of a batch and puts it into its lane, or answers it, when it has its answer. Null: it has
 * left the lane, and is to be asked in one request.
 *
 * @throws what `Gateway.call` throws before a request is sent; LonghaulError ModelRefused | SpendCap | ModelFailed for a call
 *   that failed in a batch for good
 */
export async function enqueue(parts: Parts, call: BatchCall, context: CallContext): Promise<Enqueued | null> {
  const { deps } = parts;
  const known = (await answerFromCassette(deps, call)) ?? (await storedResult(deps, call));
  if (known) return known;
  const past = await pastItems(deps.pool, call.tenant, call.callKey);
  if (past && hasLeft(call, past)) return null;
  const quote = await batchQuoteOf(parts, call);
  if (past && isFinal(call, past)) {
    if (call.fallbackModels?.length) return null;
    throw failureOf(call, quote, past);
  }
  return await queue(parts, call, quote, context);
}

async function queue(parts: Parts, call: BatchCall, quote: Quote, { signal }: CallContext): Promise<Enqueued | null> {
  const { pool, log } = parts.deps;
  const waiting = new Waiting(pool, call, log);
  for (;;) {
    const joined = await waitOnItem(pool, { ...call.waiter, ...keyOf(call), runId: call.runId });
    if (joined !== null) return queued(call, joined);
    const admission = await admit(parts, reservation(parts, call, quote), waiting, signal);
    if ('stored' in admission)
      return present(await storedResult(parts.deps, call), `call ${call.callKey}: its stored result cannot be found`);
    // A response of an attempt that was made in the background: the other path fetches it.
    if ('resume' in admission) return null;
    const { n, epoch } = admission.admitted;
    if (await put(parts, call, quote, { n, epoch })) return queued(call, n);
    log.warn({ callKey: call.callKey }, 'the lease ran out before the call was in its batch; asking again');
  }
}

async function put(
  parts: Parts,
  call: BatchCall,
  quote: Quote,
  attempt: { n: number; epoch: number },
): Promise<boolean> {
  const { items, bytes: bytesMax } = laneLimits(parts);
  const { waiter, runId, subject, request } = call;
  const batchId = await enqueueItem(parts.deps.pool, {
    ...{ ...keyOf(call), ...attempt, runId, subject, bytesMax, itemsMax: items, leaseMs: ITEM_LEASE_MS },
    ...{ provider: quote.provider.name, model: request.model, bytes: lineBytes(quote, call, attempt.n) },
    ...{ workflowId: waiter.workflowId, taskKey: waiter.taskKeyPrefix + String(attempt.n) },
  });
  return batchId !== null;
}

/** Half the price, for a provider that has batches. @throws LonghaulError UnknownModel | UnknownPrice | DeliveryUnsupported */
async function batchQuoteOf({ deps }: Parts, { request }: BatchCall): Promise<Quote> {
  const quote = await quoteOf(deps, request);
  const { provider, inputTokens } = quote;
  if (!provider.batches)
    throw new LonghaulError('DeliveryUnsupported', {
      provider: provider.name,
      delivery: 'batch',
      model: request.model,
    });
  const price = batchPrice(quote.price);
  const worstCaseMicroUsd = worstCaseCost(price, inputTokens, request.maxTokens);
  return { ...quote, price, priceVersion: priceVersionOf(price), worstCaseMicroUsd };
}

function hasLeft({ whenReturned }: BatchCall, { returns, hasLeft: asked }: PastItems): boolean {
  return asked || returns > (whenReturned === 'sync' ? 0 : REQUEUES_MAX);
}

function isFinal({ retriesExhausted }: BatchCall, { failureClass, modelFailures }: PastItems): boolean {
  if (failureClass === null) return false;
  return FINAL.has(failureClass) || retriesExhausted?.(modelFailures) === true;
}

function failureOf(call: BatchCall, { provider }: Quote, past: PastItems): LonghaulError {
  const facts = {
    class: FAILURE_CLASSES.find((known) => known === past.failureClass) ?? 'unknown',
    ...{ detail: past.failure ?? '', retryAfterMs: null, status: null, maybeBilled: false },
  };
  return toModelError(call, provider.name, facts, past.modelFailures);
}

function lineBytes({ provider }: Quote, { callKey, request }: BatchCall, n: number): number {
  const batches = present(provider.batches, `provider ${provider.name} has no batches`);
  return Buffer.byteLength(batches.lineOf(attemptKeyOf(callKey, n), request)) + 1;
}

function laneLimits({ deps }: Parts): LaneLimits {
  return { ...DEFAULT_LANE_LIMITS, ...deps.lane };
}

function keyOf({ tenant, callKey }: BatchCall) {
  return { tenant, callKey };
}

function queued({ waiter }: BatchCall, n: number): Enqueued {
  return { source: 'queued', taskKey: waiter.taskKeyPrefix + String(n) };
}
