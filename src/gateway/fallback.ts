import { LonghaulError, type ErrorCode } from '../domain/kernel/errors';
import type { FallbackFrom } from '../domain/llm/chat';
import { runCall } from './call';
import { answerFromCassette } from './cassette-player';
import type { Parts } from './parts';
import type { CallContext, GatewayCall, GatewayResult } from './types';

/** The model will not answer this call, whoever waits. */
const FINAL: readonly ErrorCode[] = ['ModelRefused', 'SpendCap', 'ProviderPaused', 'UnknownModel'];
/** The model failed; whether it is given up is a question of its retries. */
const FAILED: readonly ErrorCode[] = ['ModelFailed', 'ProviderUnreachable', 'AgentTimeout'];

/**
 * One call, asked of its model and then of its fallbacks, in their order. A model is passed over while its breaker is
 * open, and given up when it rejected the request, may not spend, is unknown, or is out of retries. An answer that
 * declines, or is not what was asked for, is an answer: no reason to pay another model for the same question.
 * Each model reserves its own worst case. What was stored under the call key is found whoever is asked.
 */
export async function callWithFallbacks(parts: Parts, call: GatewayCall, context: CallContext): Promise<GatewayResult> {
  // Whether a provider is well is no reason to pay for what is recorded, or to take another recording.
  const played = call.fallbackModels?.length ? await answerFromCassette(parts.deps, call) : null;
  if (played) return played;
  const asked = call.request.model;
  let why: FallbackFrom | undefined;
  for (const model of [asked, ...(call.fallbackModels ?? [])].slice(0, -1)) {
    const reason = pausedBecause(parts, model);
    if (reason === null) {
      try {
        return await runCall(parts, withModel(call, model, why), context);
      } catch (error) {
        if (!isGivenUp(call, error)) throw error;
        why = { model: asked, reason: `${model}: ${error.message}` };
      }
    } else why = { model: asked, reason: `${model}: ${reason}` };
    parts.deps.log.warn({ callKey: call.callKey, model, reason: why.reason }, 'a fallback model is asked');
  }
  return runCall(parts, withModel(call, call.fallbackModels?.at(-1) ?? asked, why), context);
}

function withModel(call: GatewayCall, model: string, fallbackFrom: FallbackFrom | undefined): GatewayCall {
  return fallbackFrom ? { ...call, request: { ...call.request, model }, fallbackFrom } : call;
}

/** Why the model is passed over without a question, or null. */
function pausedBecause({ deps, breakers }: Parts, model: string): string | null {
  const provider = deps.providers.find(model);
  const breaker = provider && breakers.holds({ provider: provider.name, model });
  return breaker ? `its breaker is open (${breaker.detail})` : null;
}

function isGivenUp(call: GatewayCall, error: unknown): error is LonghaulError {
  if (!LonghaulError.is(error)) return false;
  if (FINAL.includes(error.code)) return true;
  const { modelFailures } = error.params;
  return (
    FAILED.includes(error.code) &&
    modelFailures !== undefined &&
    call.retriesExhausted?.(Number(modelFailures)) === true
  );
}
