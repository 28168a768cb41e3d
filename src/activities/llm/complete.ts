import { Context } from '@temporalio/activity';
import { newId } from '../../adapters/postgres/new-id';
import type { TextWriter } from '../../adapters/redis/live-text';
import { COMPLETION_TRIES, type CompleteInput, type CompleteResult } from '../../contracts/completion';
import { DEFAULT_RETRY_POLICY, retryDelayMs } from '../../domain/agents/retry';
import type { Payloads } from '../../domain/artifacts/payload-store';
import { canonicalJson } from '../../domain/kernel/canonical-json';
import { LonghaulError } from '../../domain/kernel/errors';
import type { ChatAnswer, ChatRequest } from '../../domain/llm/chat';
import type { CallArtifacts, CallFacts, Gateway } from '../../gateway';
import { heartbeating } from '../heartbeating';
import { toApplicationFailure } from '../to-application-failure';
import { MAX_WAIT_MS } from './next-attempt';
import { wanted } from './wanted';

export interface CompleteDeps {
  gateway: Gateway;
  payloads: Payloads;
  readJson(tenant: string, ref: string): Promise<unknown>;
  /** Told after a settlement committed. */
  settled(): void;
  /** Where the text of one call goes while it arrives. */
  liveText(tenant: string, callKey: string): TextWriter;
}

/** Somebody waits for the answer: quicker than an agent's. */
const RETRY_POLICY = { ...DEFAULT_RETRY_POLICY, baseDelaySeconds: 0.5, maxDelaySeconds: 10 };

const WAITED_FOR: Readonly<Record<string, string>> = {
  budget: 'room in its budget',
  reconciliation: 'attempts of unknown cost, which hold the room in its budget',
  'rate-limit': 'its rate limit',
  provider: 'a provider that can be reached',
};

/** One call that a client of the API asked for: paid and stored like any other, without a run around it. */
export function createComplete(deps: CompleteDeps): (input: CompleteInput) => Promise<CompleteResult> {
  return async (input) => {
    const begun = performance.now();
    const waitLeft = () => waitLeftMs(input, begun);
    const writer = input.live ? deps.liveText(input.tenant, input.callKey) : undefined;
    try {
      return await heartbeating((heartbeat) => completeOnce(deps, input, waitLeft(), heartbeat, writer));
    } catch (error) {
      throw toApplicationFailure(retryOrGiveUp(input, waitLeft(), error));
    } finally {
      await writer?.close();
    }
  };
}

async function completeOnce(
  deps: CompleteDeps,
  input: CompleteInput,
  waitMs: number,
  heartbeat: () => void,
  writer: TextWriter | undefined,
): Promise<CompleteResult> {
  const { tenant, callKey, requestRef, budgets, flow, priority, timeoutMs } = input;
  const request = (await deps.readJson(tenant, requestRef)) as ChatRequest;
  const { resultRef } = await deps.gateway.call(
    {
      ...{ tenant, runId: null, node: null, callKey, budgets, flow, request, priority, timeoutMs },
      // Who asks the same twice wants two samples, as from any provider; who wants one has the key.
      shareWithin: callKey,
      maxWaitMs: Math.min(MAX_WAIT_MS, Math.max(0, waitMs)),
      buildArtifacts: (answer, facts) => callArtifacts(deps.payloads, input, request, answer, facts),
    },
    { ...wanted(), heartbeat, onDelta: writer?.push },
  );
  deps.settled();
  return { resultRef };
}

/**
 * From when the call was started: no node's row counts the waits of several activity attempts. The server's clock says
 * what came before this attempt, for this host's may differ from it.
 */
function waitLeftMs({ maxWaitMs }: CompleteInput, begun: number): number {
  const { scheduledTimestampMs, currentAttemptScheduledTimestampMs } = Context.current().info;
  return maxWaitMs - (currentAttemptScheduledTimestampMs - scheduledTimestampMs) - (performance.now() - begun);
}

async function callArtifacts(
  payloads: Payloads,
  { tenant, callKey, requestRef }: CompleteInput,
  request: ChatRequest,
  answer: ChatAnswer,
  facts: CallFacts,
): Promise<CallArtifacts> {
  const { costMicroUsd, usage, latencyMs, attemptKey, requestHash } = facts;
  const ref = newId();
  const stored = await payloads.carried.put(Buffer.from(canonicalJson({ request, answer }), 'utf8'));
  const call = {
    ...{ ...stored, ref, tenant, sessionId: callKey, type: 'state' as const, mime: 'application/json' },
    ...{ parentRefs: [requestRef], tags: ['call', 'completion'], model: answer.model, costMicroUsd, latencyMs },
    ...{ inputTokens: usage.inputTokens, outputTokens: usage.outputTokens },
    meta: { attemptKey, requestHash, finishReason: answer.finishReason },
  };
  return { artifacts: [call], resultRef: ref };
}

/** A wait ends with the client's own patience; a model that failed is asked again a few times, counted by its attempts. */
function retryOrGiveUp(input: CompleteInput, waitMsLeft: number, error: unknown): unknown {
  if (!LonghaulError.is(error) || !error.retryable) return error;
  const { modelFailures, waitedFor } = error.params;
  // Another process that has the call is no queue: its end, or its lease's, brings the answer.
  const queued = waitedFor !== undefined && waitedFor !== 'other-process';
  if (queued && waitMsLeft <= 0) return tooLong(input, waitedFor);
  if (modelFailures === undefined) return error;
  const failures = Number(modelFailures);
  if (failures >= COMPLETION_TRIES) return exhausted(input, error, failures);
  const waitMs = retryDelayMs(RETRY_POLICY, failures, Math.random(), Number(error.params.retryAfterMs ?? 0));
  return new LonghaulError(error.code, { ...error.params, waitMs }, error.problems, { cause: error });
}

function tooLong({ callKey, maxWaitMs }: CompleteInput, waitedFor: string | number): LonghaulError {
  const what = WAITED_FOR[waitedFor] ?? String(waitedFor);
  return new LonghaulError('QueueTimeout', { callKey, queueTimeoutSeconds: maxWaitMs / 1000, what, waitedFor });
}

function exhausted({ callKey }: CompleteInput, { message }: LonghaulError, attempts: number): LonghaulError {
  return new LonghaulError('CallFailed', { callKey, attempts, detail: message });
}
