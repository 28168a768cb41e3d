import { ProviderFailure, type Background, type ProviderCall } from '../adapters/llm/provider';
import { noteResponse, takeOver } from '../adapters/postgres/responses';
import { present } from '../domain/kernel/assert';
import { LonghaulError } from '../domain/kernel/errors';
import { attemptKeyOf } from '../domain/kernel/ids';
import type { ChatAnswer } from '../domain/llm/chat';
import { backgroundDeadlinesOf } from '../domain/llm/deadlines';
import { priceOfVersion } from '../domain/llm/price-version';
import { believed } from './believed';
import { bookAnswer } from './book-answer';
import { bookFailure, bookGone } from './book-failure';
import { crashPoint } from './crash-point';
import type { AttemptFrame } from './frame';
import type { Parts } from './parts';
import type { Quote } from './quote';
import type { CallContext, GatewayCall, GatewayResult } from './types';
import { wantedPermit } from './wanted-permit';

/** Before anything is reserved. @throws LonghaulError DeliveryUnsupported */
export function requireDelivery({ delivery = 'sync', request }: GatewayCall, { provider }: Quote): void {
  if (delivery === 'sync' || provider.background) return;
  throw new LonghaulError('DeliveryUnsupported', { provider: provider.name, delivery, model: request.model });
}

/** Asks, and stores the response's id as soon as the provider has said it: from then on a crash costs no second payment. */
export function askInBackground(parts: Parts, frame: AttemptFrame, call: ProviderCall): Promise<ChatAnswer> {
  const { callKey } = frame.kept;
  return backgroundOf(frame).start({
    ...call,
    deadlines: backgroundDeadlinesOf(frame.call.timeoutMs),
    onResponse: async (responseId) => {
      frame.responseId = responseId;
      try {
        await noteResponse(parts.deps.pool, frame.kept, responseId);
      } catch (error) {
        // The answer may come all the same; only a crash before it does would now be paid for.
        parts.deps.log.warn({ err: error, callKey, responseId }, 'the id of a response could not be stored');
      }
      crashPoint('after-response-id');
    },
  });
}

/** A call that is about to be paid for. */
type Asked = Pick<AttemptFrame, 'call' | 'quote' | 'share'>;

/**
 * Fetches the answer that a process before this one has paid for, and settles it on its own attempt. Without a permit:
 * nothing is asked of the model. Null when there is nothing to be fetched (any more): ask for room again.
 *
 * @throws what the caller of the gateway is told
 */
export async function resumeAttempt(
  parts: Parts,
  asked: Asked,
  n: number,
  context: CallContext,
): Promise<GatewayResult | null> {
  const frame = await takenOver(parts, asked, n);
  if (!frame) return null;
  const { kept } = frame;
  parts.keeper.keep(kept);
  try {
    const began = performance.now();
    const answer = await fetchAnswer(parts, frame, context);
    return answer && (await bookAnswer(parts, frame, answer, Math.round(performance.now() - began)));
  } finally {
    parts.keeper.drop(kept);
  }
}

/** Priced as it was reserved, whatever the price list says today. */
async function takenOver(parts: Parts, { call, quote, share }: Asked, n: number): Promise<AttemptFrame | null> {
  const { callKey, tenant } = call;
  const { pool, leaseMs } = parts.deps;
  const taken = await takeOver(pool, { callKey, n, tenant, owner: parts.owner, leaseMs });
  if (!taken) return null;
  const { epoch, responseId, priceVersion } = taken;
  const permit = wantedPermit(parts, call, quote);
  return {
    call,
    quote: { ...quote, price: priceOfVersion(priceVersion), priceVersion },
    attemptKey: attemptKeyOf(callKey, n),
    kept: { callKey, n, epoch, permit, lost: new AbortController(), closing: false },
    sent: true,
    share,
    responseId,
  };
}

async function fetchAnswer(parts: Parts, frame: AttemptFrame, context: CallContext): Promise<ChatAnswer | null> {
  const { call, attemptKey, kept } = frame;
  const responseId = present(frame.responseId, `attempt ${attemptKey} was taken over without a response`);
  try {
    const answer = await backgroundOf(frame).resume(responseId, {
      request: call.request,
      attemptKey,
      deadlines: backgroundDeadlinesOf(call.timeoutMs),
      signal: AbortSignal.any([frame.share?.signal ?? context.signal, kept.lost.signal]),
    });
    crashPoint('after-answer');
    return believed(answer);
  } catch (error) {
    if (!isGone(error)) throw await bookFailure(parts, frame, error, context);
    await bookGone(parts, frame, error.facts);
    return null;
  }
}

/** The provider does not have it any more. */
function isGone(error: unknown): error is ProviderFailure {
  return ProviderFailure.is(error) && error.facts.responseOver === true && error.facts.status === 404;
}

function backgroundOf({ quote }: AttemptFrame): Background {
  return present(quote.provider.background, `provider ${quote.provider.name} has no background responses`);
}
