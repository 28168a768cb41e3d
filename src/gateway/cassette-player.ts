import type { ProviderNames } from '../adapters/llm/names';
import { countMiss, loadRecording, playRecording, type StoredRecording } from '../adapters/postgres/cassettes';
import { present } from '../domain/kernel/assert';
import { LonghaulError } from '../domain/kernel/errors';
import { recordingDigest, type CassetteUse } from '../domain/llm/cassette';
import type { ChatAnswer } from '../domain/llm/chat';
import { callUnderWay, type PlayedCall } from '../domain/llm/played-call';
import { requestHash } from '../domain/llm/request';
import type { GatewayDeps } from './deps';
import { storedResult } from './stored-result';
import type { Gateway, GatewayCall, GatewayResult } from './types';

/** Of providers the names, which stand in the hashes of requests: no key is needed. */
export type PlayerDeps = Pick<GatewayDeps, 'pool' | 'log'> & { providers: ProviderNames };

/** What says whose call it is, what it asks, and what is kept of its answer. */
type PlayableCall = Pick<
  GatewayCall,
  'tenant' | 'runId' | 'node' | 'callKey' | 'request' | 'cassette' | 'buildArtifacts'
>;

/** A recorded answer of which nothing is stored yet. */
export interface FoundAnswer {
  answer: ChatAnswer;
  /** Of the answer when it was paid for. */
  metered: { tokens: number; costMicroUsd: number };
  /** What is to be stored; its payloads are durable or travel with it. */
  played: Promise<PlayedCall>;
}

export interface CassettePlayer extends Pick<Gateway, 'call'> {
  /**
   * What the cassette says to a call that may never be made: stores and counts nothing.
   *
   * @throws LonghaulError RecordingDamaged
   */
  find(call: PlayableCall): Promise<FoundAnswer | undefined>;
}

/** Answers calls from stored results and recordings and asks nobody: needs no limiter, no budget, no prices. */
export function createCassettePlayer(deps: PlayerDeps): CassettePlayer {
  return {
    /** @throws LonghaulError CassetteMiss in mode hybrid, too */
    call: async (call) => {
      const played = await answerFromCassette(deps, call);
      if (played) return played;
      throw missOf(deps, call);
    },
    find: (call) => find(deps, call),
  };
}

async function find(deps: PlayerDeps, call: PlayableCall): Promise<FoundAnswer | undefined> {
  const { tenant, cassette } = call;
  const recording = cassette && (await loadRecording(deps.pool, tenant, cassette.name, hashOf(deps, call)));
  if (!recording) return undefined;
  const answer = answerOf(cassette, recording);
  const { inputTokens, outputTokens } = answer.usage;
  const metered = { tokens: inputTokens + outputTokens, costMicroUsd: recording.costMicroUsd };
  return { answer, metered, played: playedCall(call, cassette, recording, answer) };
}

/**
 * What a cassette says to a call: its own stored result first, else the recording of its request, stored under the call's
 * key like a paid answer. Null when the call is to be paid.
 *
 * @throws LonghaulError CassetteMiss (mode replay) | RecordingDamaged | CallLeased
 */
export async function answerFromCassette(deps: PlayerDeps, call: GatewayCall): Promise<GatewayResult | null> {
  const { cassette } = call;
  if (cassette === undefined || cassette.mode === 'record') return null;
  const [stored, recording] = await Promise.all([storedResult(deps, call), recordingFor(deps, call, cassette)]);
  if (stored) return { ...stored, paidBeforeMicroUsd: stored.paidBeforeMicroUsd || recording?.costMicroUsd };
  if (recording) return await play(deps, call, cassette, recording);
  if (cassette.mode === 'hybrid') return null;
  if (call.runId !== null && call.node !== null) await countMiss(deps.pool, call.tenant, call.runId, call.node);
  throw missOf(deps, call);
}

/** Whoever failed when a run was recorded left no recording, and its fallback's answer became the call's. */
async function recordingFor(
  deps: PlayerDeps,
  { tenant, request, fallbackModels = [] }: GatewayCall,
  { name, mode }: CassetteUse,
): Promise<StoredRecording | undefined> {
  for (const model of [request.model, ...(mode === 'replay' ? fallbackModels : [])]) {
    const hash = hashOf(deps, { request: { ...request, model } });
    const recording = await loadRecording(deps.pool, tenant, name, hash);
    if (recording) return recording;
  }
  return undefined;
}

async function play(
  deps: PlayerDeps,
  call: GatewayCall,
  cassette: CassetteUse,
  recording: StoredRecording,
): Promise<GatewayResult> {
  const answer = answerOf(cassette, recording);
  const stored = await playedCall(call, cassette, recording, answer);
  const played = await playRecording(deps.pool, stored);
  if (played.answer === 'open') throw callUnderWay(call.callKey);
  if (played.answer === 'stored')
    return present(await storedResult(deps, call), `call ${call.callKey}: no stored result`);
  const { artifactRef: resultRef } = played;
  const { usage, finishReason, fallbackFrom } = answer;
  const { costMicroUsd: paidBeforeMicroUsd } = recording;
  return {
    resultRef,
    costMicroUsd: 0,
    paidBeforeMicroUsd,
    usage,
    model: stored.model,
    finishReason,
    source: 'cassette',
    ...(fallbackFrom ? { fallbackFrom } : {}),
  };
}

async function playedCall(
  { callKey, tenant, runId, node, request, buildArtifacts }: PlayableCall,
  cassette: CassetteUse,
  { requestHash: hash, inputTokens, outputTokens }: StoredRecording,
  answer: ChatAnswer,
): Promise<PlayedCall> {
  const { usage, finishReason } = answer;
  const facts = { cassette: cassette.name, costMicroUsd: 0, usage, latencyMs: 0, requestHash: hash };
  const built = await buildArtifacts(answer, facts);
  return {
    ...{ callKey, tenant, runId, node, cassette: cassette.name },
    ...{ requestHash: hash, model: answer.model || request.model, finishReason, inputTokens, outputTokens },
    ...{ artifactRef: built.resultRef, artifacts: built.artifacts, patch: built.node },
  };
}

/** @throws LonghaulError RecordingDamaged: an answer that somebody changed is no answer */
function answerOf({ name }: CassetteUse, { requestHash: hash, answer, sha256 }: StoredRecording): ChatAnswer {
  const found = recordingDigest(hash, answer);
  if (found !== sha256)
    throw new LonghaulError('RecordingDamaged', { cassette: name, requestHash: hash, found, sha256 });
  return JSON.parse(answer) as ChatAnswer;
}

function hashOf({ providers }: PlayerDeps, { request }: Pick<GatewayCall, 'request'>): string {
  return requestHash(providers.nameFor(request.model), request);
}

function missOf(deps: PlayerDeps, call: GatewayCall): LonghaulError {
  const { callKey, cassette } = call;
  return new LonghaulError('CassetteMiss', {
    callKey,
    cassette: cassette?.name ?? '',
    requestHash: hashOf(deps, call),
  });
}
