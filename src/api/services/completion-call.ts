import { setTimeout as pause } from 'node:timers/promises';
import { loadCallResult, type CallResult } from '../../adapters/postgres/call-results';
import { insertCompletion, loadCompletion, type Completion } from '../../adapters/postgres/completions';
import { newId } from '../../adapters/postgres/new-id';
import { withTransaction } from '../../adapters/postgres';
import { activityEnd, startActivity, type ActivityEnd, type TemporalClient } from '../../adapters/temporal';
import { COMPLETION_LIMITS, type CompletionBody, type CompletionSource } from '../../contracts/api.schema';
import { COMPLETE_ACTIVITY, COMPLETION_TRIES, type CompleteInput } from '../../contracts/completion';
import { turnOf } from '../../contracts/activity-turn';
import { taskQueue } from '../../contracts/task-queues';
import { present } from '../../domain/kernel/assert';
import { canonicalJson } from '../../domain/kernel/canonical-json';
import { isErrorCode, LonghaulError } from '../../domain/kernel/errors';
import { hashJson } from '../../domain/kernel/hash';
import { budgetId } from '../../domain/kernel/ids';
import { usdToMicro } from '../../domain/kernel/money';
import type { ChatRequest } from '../../domain/llm/chat';
import { CALL_KEY_HEADER } from '../http/openai-error';
import type { RequestContext } from '../route';
import { questionOf } from './completion-question';

/** The one token that is configured is one key. */
const KEY_ID = 'default';
/** An attempt that was sent heartbeats; as for the calls of runs. */
const HEARTBEAT_TIMEOUT_MS = 3_000;
const MARGIN_MS = 25_000;
const RETRY = { initialIntervalMs: 10, backoffCoefficient: 4, maximumIntervalMs: 10_000 };
/** Between two looks for an answer while Temporal does not say. */
const LOOK_AGAIN_MS = 500;

/** A call that is written down and under way, or over. */
export interface AskedCall {
  callKey: string;
  createdAt: Date;
  source: CompletionSource;
  /** Resolves when the answer is stored. @throws LonghaulError what became of it otherwise, or the signal's reason */
  answered(signal: AbortSignal): Promise<CallResult>;
}

/**
 * Writes a client's question down and sees that it is asked: once, however often the request comes under one key.
 *
 * @throws LonghaulError IdempotencyKeyReused | ServiceUnavailable | StandaloneActivitiesOff
 */
export async function askModel(context: RequestContext, body: CompletionBody): Promise<AskedCall> {
  const { deps, tenant } = context;
  const temporal = required(deps.temporal);
  const callKey = callKeyOf(context);
  const { completion, isFirst } = await writtenDown(context, body, callKey);
  context.setHeader(CALL_KEY_HEADER, callKey);
  const known = { callKey, createdAt: completion.createdAt };
  const stored = isFirst ? undefined : await loadCallResult(deps.pool, tenant, callKey);
  if (stored) return { ...known, source: 'stored', answered: () => Promise.resolve(stored) };
  const input = inputOf(tenant, body, completion);
  const activityId = callKey;
  const begun = performance.now();
  await startUntilHeard(context, temporal, activityId, input);
  const patienceMs = wholeMs(input);
  return {
    ...known,
    source: isFirst ? 'paid' : 'attached',
    answered: async (signal) => {
      for (;;) {
        const end = await endOrUnheard(temporal, activityId, signal);
        const result = await loadCallResult(deps.pool, tenant, callKey);
        if (result) return result;
        if ('ended' in end) throw failureOf(end, input);
        if (performance.now() - begun > patienceMs) throw end;
        await pause(LOOK_AGAIN_MS, undefined, { signal });
      }
    },
  };
}

/** A client's key is hashed, because it may say anything; a request without one is a call of its own. */
function callKeyOf({ tenant, idempotencyKey }: RequestContext): string {
  if (idempotencyKey === null) return `chat/${newId()}`;
  return `chat/${hashJson([tenant, KEY_ID, idempotencyKey]).slice(0, 32)}`;
}

async function writtenDown(
  context: RequestContext,
  body: CompletionBody,
  callKey: string,
): Promise<{ completion: Completion; isFirst: boolean }> {
  const { deps, tenant, idempotencyKey } = context;
  const question = questionOf(body);
  const fingerprint = hashJson({ question, longhaul: body.longhaul ?? {} });
  const before = idempotencyKey === null ? undefined : await loadCompletion(deps.pool, tenant, callKey);
  const isFirst = before === undefined && (await write(context, body, { callKey, fingerprint, question }));
  const completion =
    before ?? present(await loadCompletion(deps.pool, tenant, callKey), `call ${callKey} was just written down`);
  if (completion.fingerprint !== fingerprint)
    throw new LonghaulError('IdempotencyKeyReused', { key: idempotencyKey ?? callKey });
  return { completion, isFirst };
}

async function write(
  { deps, tenant }: RequestContext,
  { longhaul, metadata, user }: CompletionBody,
  { callKey, fingerprint, question }: { callKey: string; fingerprint: string; question: ChatRequest },
): Promise<boolean> {
  const stored = await deps.payloads.carried.put(Buffer.from(canonicalJson(question), 'utf8'));
  const request = {
    ...{ ...stored, ref: newId(), tenant, sessionId: callKey, type: 'state' as const, mime: 'application/json' },
    ...{ tags: ['completion-request'], meta: { ...(metadata ? { metadata } : {}), ...(user == null ? {} : { user }) } },
  };
  const limit = longhaul?.budgetMicroUsd;
  const written = {
    ...{ tenant, callKey, keyId: KEY_ID, fingerprint, request },
    keyBudget: {
      id: budgetId.key(tenant, KEY_ID),
      limitMicroUsd: usdToMicro(deps.settings.api.completionsBudgetUsd),
    },
    ...(limit === undefined ? {} : { callBudget: { id: budgetId.call(callKey), limitMicroUsd: limit } }),
  };
  return withTransaction(deps.pool, (tx) => insertCompletion(tx, written));
}

function inputOf(tenant: string, body: CompletionBody, { callKey, keyId, requestRef }: Completion): CompleteInput {
  const { budgetMicroUsd, priority, timeoutMs, maxWaitMs } = body.longhaul ?? {};
  return {
    ...{ tenant, callKey, requestRef },
    budgets: [budgetMicroUsd === undefined ? budgetId.key(tenant, keyId) : budgetId.call(callKey)],
    flow: budgetId.key(tenant, keyId),
    priority: priority ?? 'interactive',
    timeoutMs: timeoutMs ?? COMPLETION_LIMITS.timeoutMsDefault,
    maxWaitMs: maxWaitMs ?? COMPLETION_LIMITS.waitMsDefault,
    live: body.stream === true,
  };
}

/** Repeated here and not by the client: Temporal may have taken a start whose reply was lost, and knows it by its id. */
async function startUntilHeard(
  context: RequestContext,
  temporal: TemporalClient,
  activityId: string,
  input: CompleteInput,
): Promise<void> {
  const begun = performance.now();
  for (;;) {
    try {
      return await start(context, temporal, activityId, input);
    } catch (error) {
      if (!isUnheard(error) || performance.now() - begun > input.maxWaitMs) throw error;
    }
    await pause(LOOK_AGAIN_MS, undefined, { signal: context.gone });
  }
}

async function start(
  { deps: { settings }, tenant }: RequestContext,
  { client }: TemporalClient,
  activityId: string,
  input: CompleteInput,
): Promise<void> {
  await startActivity(client, {
    activityType: COMPLETE_ACTIVITY,
    activityId,
    taskQueue: taskQueue('llm', settings.temporal.taskQueuePrefix),
    arg: input,
    heartbeatTimeoutMs: HEARTBEAT_TIMEOUT_MS,
    startToCloseTimeoutMs: input.timeoutMs + MARGIN_MS,
    scheduleToCloseTimeoutMs: wholeMs(input),
    retry: RETRY,
    turn: turnOf(input.priority, tenant),
    summary: 'completion',
  });
}

/** All tries and waits of one call. */
function wholeMs({ maxWaitMs, timeoutMs }: CompleteInput): number {
  return maxWaitMs + COMPLETION_TRIES * (timeoutMs + MARGIN_MS);
}

/** While Temporal is away the worker goes on: the answer is looked for where it will lie. */
async function endOrUnheard(
  { client }: TemporalClient,
  activityId: string,
  signal: AbortSignal,
): Promise<ActivityEnd | LonghaulError> {
  try {
    return await activityEnd(client, activityId, signal);
  } catch (error) {
    if (isUnheard(error)) return error;
    throw error;
  }
}

function isUnheard(error: unknown): error is LonghaulError {
  return LonghaulError.is(error) && error.code === 'ServiceUnavailable';
}

function failureOf(end: ActivityEnd, { callKey, timeoutMs }: CompleteInput): Error {
  if (end.ended === 'failed' && isErrorCode(end.type)) return LonghaulError.retold(end.type, end.message);
  if (end.ended === 'failed') return new Error(`call ${callKey} ended as ${end.type}: ${end.message}`);
  return new LonghaulError('AgentTimeout', { callKey, timeoutMs, deadline: 'total' });
}

function required(temporal: TemporalClient | null): TemporalClient {
  if (temporal) return temporal;
  throw new LonghaulError('ServiceUnavailable', { service: 'Temporal', detail: 'it is not configured' });
}
