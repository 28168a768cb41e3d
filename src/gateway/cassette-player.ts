import { countMiss, loadRecording, playRecording, type StoredRecording } from '../adapters/postgres/cassettes';
import { present } from '../domain/kernel/assert';
import { LonghaulError } from '../domain/kernel/errors';
import { recordingDigest, type CassetteUse } from '../domain/llm/cassette';
import type { ChatAnswer } from '../domain/llm/chat';
import { requestHash } from '../domain/llm/request';
import type { GatewayDeps } from './deps';
import { storedResult } from './stored-result';
import type { Gateway, GatewayCall, GatewayResult } from './types';

export type PlayerDeps = Pick<GatewayDeps, 'pool' | 'providers' | 'log'>;

/** Whoever has an attempt of the call under way settles it, or loses it, within a lease or so. */
const OPEN_WAIT_MS = 1_000;

/** Answers calls from stored results and recordings and asks nobody: needs no limiter, no budget, no prices. */
export function createCassettePlayer(deps: PlayerDeps): Pick<Gateway, 'call'> {
  return {
    /** @throws LonghaulError CassetteMiss in mode hybrid, too */
    call: async (call) => {
      const played = await answerFromCassette(deps, call);
      if (played) return played;
      throw missOf(deps, call);
    },
  };
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
  const hash = hashOf(deps, call);
  const [stored, recording] = await Promise.all([
    storedResult(deps, call),
    loadRecording(deps.pool, call.tenant, cassette.name, hash),
  ]);
  if (stored) return { ...stored, paidBeforeMicroUsd: stored.paidBeforeMicroUsd || recording?.costMicroUsd };
  if (recording) return await play(deps, call, cassette, recording);
  if (cassette.mode === 'hybrid') return null;
  if (call.runId !== null && call.node !== null) await countMiss(deps.pool, call.tenant, call.runId, call.node);
  throw missOf(deps, call);
}

async function play(
  deps: PlayerDeps,
  call: GatewayCall,
  cassette: CassetteUse,
  recording: StoredRecording,
): Promise<GatewayResult> {
  const answer = answerOf(cassette, recording);
  const { requestHash: hash, inputTokens, outputTokens, costMicroUsd: paidBeforeMicroUsd } = recording;
  const { usage, finishReason } = answer;
  const facts = { cassette: cassette.name, costMicroUsd: 0, usage, latencyMs: 0, requestHash: hash };
  const built = await call.buildArtifacts(answer, facts);
  const model = answer.model || call.request.model;
  const played = await playRecording(deps.pool, {
    ...{ callKey: call.callKey, tenant: call.tenant, runId: call.runId, node: call.node, cassette: cassette.name },
    ...{ requestHash: hash, model, finishReason, inputTokens, outputTokens },
    ...{ artifactRef: built.resultRef, artifacts: built.artifacts, patch: built.node },
  });
  if (played.answer === 'open') throw underWay(call);
  if (played.answer === 'stored')
    return present(await storedResult(deps, call), `call ${call.callKey}: no stored result`);
  const { artifactRef: resultRef } = played;
  return { resultRef, costMicroUsd: 0, paidBeforeMicroUsd, usage, model, finishReason, source: 'cassette' };
}

/** @throws LonghaulError RecordingDamaged: an answer that somebody changed is no answer */
function answerOf({ name }: CassetteUse, { requestHash: hash, answer, sha256 }: StoredRecording): ChatAnswer {
  const found = recordingDigest(hash, answer);
  if (found !== sha256)
    throw new LonghaulError('RecordingDamaged', { cassette: name, requestHash: hash, found, sha256 });
  return JSON.parse(answer) as ChatAnswer;
}

function hashOf({ providers }: PlayerDeps, { request }: GatewayCall): string {
  return requestHash(providers.providerFor(request.model).name, request);
}

function missOf(deps: PlayerDeps, call: GatewayCall): LonghaulError {
  const { callKey, cassette } = call;
  return new LonghaulError('CassetteMiss', {
    callKey,
    cassette: cassette?.name ?? '',
    requestHash: hashOf(deps, call),
  });
}

/** A result beside the one that an attempt brings would be a second one. */
function underWay({ callKey }: GatewayCall): LonghaulError {
  return new LonghaulError('CallLeased', {
    callKey,
    leaseUntil: 'its end',
    waitMs: OPEN_WAIT_MS,
    waitedFor: 'other-process',
  });
}
