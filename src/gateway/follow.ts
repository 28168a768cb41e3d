import type { SharedAnswer, SharedResult } from '../adapters/postgres/shared-calls';
import { present } from '../domain/kernel/assert';
import { attemptKeyOf } from '../domain/kernel/ids';
import { LonghaulError } from '../domain/kernel/errors';
import { patchOf } from './book-failure';
import { toModelError } from './model-error';
import type { Parts } from './parts';
import type { Quote } from './quote';
import type { Share, SharedEnd } from './share';
import { untilDone } from './store-answer';
import { storedResult } from './stored-result';
import type { GatewayCall, GatewayResult } from './types';
import type { Waiting } from './waiting';

/** Another process has the call under way: its settlement must not meet a second result. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Waits for the call that pays for this one, too, and makes what came of it this call's own: result, artifacts and node,
 * or the failure, at no cost. Null when that call ended for reasons of its own: ask again. Nothing is held meanwhile, so
 * a process that dies here loses nothing.
 *
 * @throws what the provider's failure means to this call, a wait of its payer that is longer than its own may be, CallLeased, PaymentUnsettled, or the signal's reason
 */
export async function follow(
  parts: Parts,
  call: GatewayCall,
  quote: Quote,
  share: Share,
  waiting: Waiting,
  signal: AbortSignal,
): Promise<GatewayResult | null> {
  const ended = await endOf(share, waiting, signal);
  switch (ended.end) {
    case 'own':
      return null;
    case 'failed':
      return takeFailure(parts, call, quote, share, ended);
    case 'answered':
      return takeAnswer(parts, call, quote, share, ended);
  }
}

/** @throws when the one that pays waits for longer than this call may */
async function endOf(share: Share, waiting: Waiting, signal: AbortSignal): Promise<SharedEnd> {
  let leave: (reason: unknown) => void = () => undefined;
  const tired = new Promise<never>((_, reject) => (leave = reject));
  const companion = { waiting, leave };
  share.companions.add(companion);
  try {
    return await share.unlessLeft(Promise.race([share.ended, tired]), signal);
  } finally {
    share.companions.delete(companion);
    share.leave(signal);
    waiting.ended();
  }
}

async function takeAnswer(
  parts: Parts,
  call: GatewayCall,
  { requestHash }: Quote,
  { payer }: Share,
  { n, answer, latencyMs }: SharedEnd & { end: 'answered' },
): Promise<GatewayResult> {
  const { usage, finishReason } = answer;
  const model = answer.model || call.request.model;
  const facts = {
    attemptKey: attemptKeyOf(payer, n),
    sharedFrom: payer,
    costMicroUsd: 0,
    usage,
    latencyMs,
    requestHash,
  };
  const patience = { withinMs: parts.settleWithinMs, log: parts.deps.log, callKey: call.callKey };
  const built = await untilDone(() => call.buildArtifacts(answer, facts), { ...patience, what: 'payloads' });
  const stored = await store(parts, {
    ...namesOf(call, payer, n),
    outcome: 'answered',
    ...{ requestHash, model, finishReason, inputTokens: usage.inputTokens, outputTokens: usage.outputTokens },
    ...{ artifactRef: built.resultRef, artifacts: built.artifacts, patch: built.node },
  });
  if (stored.artifactRef !== built.resultRef) return earlierResult(parts, call, stored);
  const { resultRef } = built;
  return { resultRef, costMicroUsd: 0, usage, model, finishReason, source: 'shared', sharedFrom: payer };
}

async function takeFailure(
  parts: Parts,
  call: GatewayCall,
  { provider, requestHash }: Quote,
  { payer }: Share,
  { n, facts }: SharedEnd & { end: 'failed' },
): Promise<GatewayResult> {
  const stored = await store(parts, {
    ...namesOf(call, payer, n),
    outcome: 'failed',
    ...{ requestHash, failureClass: facts.class, failure: facts.detail, patch: patchOf(call, facts) },
  });
  if (stored.answer === 'failed') throw toModelError(call, provider.name, facts, stored.modelFailures);
  return earlierResult(parts, call, stored);
}

function store({ commits, settleWithinMs, deps }: Parts, result: SharedResult): Promise<SharedAnswer> {
  const patience = { withinMs: settleWithinMs, log: deps.log, callKey: result.callKey, what: 'a shared answer' };
  return untilDone(() => commits.settleShared.add(result), patience);
}

function namesOf({ callKey, tenant, runId, node }: GatewayCall, sharedFrom: string, sharedN: number) {
  return { callKey, tenant, runId, node, sharedFrom, sharedN };
}

/** This call had a result before, which stays; or somebody else is about to bring one. */
async function earlierResult({ deps }: Parts, call: GatewayCall, { answer }: SharedAnswer): Promise<GatewayResult> {
  const { callKey } = call;
  if (answer !== 'open') return present(await storedResult(deps, call), `call ${callKey}: no stored result`);
  throw new LonghaulError('CallLeased', {
    callKey,
    leaseUntil: 'its end',
    waitMs: LOOK_AGAIN_MS,
    waitedFor: 'other-process',
  });
}
