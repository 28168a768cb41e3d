import { randomUUID } from 'node:crypto';
import { attemptKeyOf } from '../domain/kernel/ids';
import { present } from '../domain/kernel/assert';
import { admit, admitAtOnce, WAITER_TTL_MS } from './admission';
import { runAttempt } from './attempt';
import { requireDelivery, resumeAttempt } from './background';
import { breakerKey } from './breakers';
import { answerFromCassette } from './cassette-player';
import type { Seat } from './batches';
import { follow } from './follow';
import type { AttemptFrame } from './frame';
import type { Parts } from './parts';
import type { WantedPermit } from './permits';
import { pauseAtBreaker } from './pause-at-breaker';
import { quoteOf, type Quote } from './quote';
import type { Share } from './share';
import { storedResult } from './stored-result';
import type { CallContext, GatewayCall, GatewayResult } from './types';
import { Waiting } from './waiting';
import { wantedPermit } from './wanted-permit';

const HEARTBEAT_MS = 1_000;

/**
 * The life of one call: what its cassette says, or a stored result, which reserving finds; otherwise it joins a batch, in
 * which equal calls become one; room is reserved, a permit taken, the attempt marked sent, the provider asked, and answer
 * and money booked in one transaction. Only then does anybody hear of it.
 */
export async function runCall(parts: Parts, call: GatewayCall, context: CallContext): Promise<GatewayResult> {
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  try {
    return await answerOf(parts, call, context);
  } finally {
    clearInterval(timer);
  }
}

async function answerOf(parts: Parts, call: GatewayCall, context: CallContext): Promise<GatewayResult> {
  const { signal } = context;
  const quote = await parts.batches.expecting(async () => {
    return (await answerFromCassette(parts.deps, call)) ?? (await quoteOrStored(parts, call));
  });
  if ('source' in quote) return quote;
  requireDelivery(call, quote);
  const waiting = new Waiting(parts.deps.pool, call, parts.deps.log);
  for (;;) {
    const seat = await parts.batches.join(call, quote, signal);
    if (seat.pays) return payFor(parts, call, quote, seat, waiting, context);
    const shared = await follow(parts, call, quote, present(seat.share, 'who does not pay shares'), waiting, signal);
    if (shared) return shared;
  }
}

/** Who pays for others, too, may leave while they stay: the request goes on without it. */
async function payFor(
  parts: Parts,
  call: GatewayCall,
  quote: Quote,
  seat: Seat,
  waiting: Waiting,
  context: CallContext,
): Promise<GatewayResult> {
  const { share } = seat;
  if (share) waiting.accompaniedBy(share.companions);
  const paid = pay(parts, call, quote, seat, waiting, context);
  if (!share) return paid;
  const shared = paid.finally(() => share.end({ end: 'own' }));
  shared.catch(() => undefined); // whoever is left to hear of it, hears of it below
  try {
    return await share.unlessLeft(shared, context.signal);
  } finally {
    share.leave(context.signal);
  }
}

async function pay(
  parts: Parts,
  call: GatewayCall,
  quote: Quote,
  seat: Seat,
  waiting: Waiting,
  context: CallContext,
): Promise<GatewayResult> {
  const { log } = parts.deps;
  for (;;) {
    if (parts.breakers.holds(breakerKey(quote, call))) seat.dispatched();
    const paused = await pauseAtBreaker(parts, call, quote, waiting, context.signal);
    if (paused) return paused;
    const atOnce = wantedPermit(parts, call, quote);
    const request = reservation(parts, call, quote);
    const admission =
      (await dispatch(seat, () => admitAtOnce(parts, request, atOnce, context.signal))) ??
      (await admit(parts, request, waiting, context.signal));
    if ('stored' in admission)
      return present(
        await storedResult(parts.deps, call),
        `call ${call.callKey}: its result is stored, but cannot be found`,
      );
    if ('resume' in admission) {
      const fetched = await resumeAttempt(parts, { call, quote, share: seat.share }, admission.resume, context);
      if (fetched) return fetched;
      continue;
    }
    const permit = admission.admitted.sent ? atOnce : wantedPermit(parts, call, quote);
    const frame = frameOf(call, quote, admission.admitted, permit, seat.share);
    const result = await runAttempt(parts, frame, waiting, context);
    if (result) return result;
    context.signal.throwIfAborted();
    log.warn({ callKey: call.callKey }, 'the lease ran out before the attempt was sent; asking again');
  }
}

/** Whoever must wait from here on waits outside its batch. */
async function dispatch<T>(seat: Seat, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    seat.dispatched();
  }
}

/**
 * A result that was paid for is given out also when nobody could say its price today. Only then is it looked for before
 * `reserve` would find it: mostly there is none, and the look costs a round trip.
 */
async function quoteOrStored(parts: Parts, call: GatewayCall): Promise<Quote | GatewayResult> {
  try {
    return await quoteOf(parts.deps, call.request);
  } catch (error) {
    const stored = await storedResult(parts.deps, call);
    if (stored) return stored;
    throw error;
  }
}

/** What `reserve` is asked for. */
export function reservation({ owner, deps }: Parts, call: GatewayCall, quote: Quote) {
  const { callKey, tenant, runId, node, budgets, request } = call;
  return {
    callKey,
    token: randomUUID(),
    tenant,
    runId,
    node,
    budgets,
    owner,
    estimateMicroUsd: quote.worstCaseMicroUsd,
    leaseMs: deps.leaseMs,
    waiterTtlMs: WAITER_TTL_MS,
    provider: quote.provider.name,
    model: request.model,
    priceVersion: quote.priceVersion,
    requestHash: quote.requestHash,
  };
}

function frameOf(
  call: GatewayCall,
  quote: Quote,
  { n, epoch, sent }: { n: number; epoch: number; sent: boolean },
  permit: WantedPermit,
  share: Share | null,
): AttemptFrame {
  const { callKey } = call;
  const kept = {
    callKey,
    n,
    epoch,
    permit,
    lost: new AbortController(),
    closing: false,
  };
  return { call, quote, attemptKey: attemptKeyOf(callKey, n), kept, sent, share };
}
