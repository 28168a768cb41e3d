import type { AgentStatus } from '../agents/run-state';
import type { NewArtifact } from '../artifacts/header';
import { LonghaulError } from '../kernel/errors';

/** Whoever has an attempt of the call under way settles it, or loses it, within a lease or so. */
const OPEN_WAIT_MS = 1_000;

/** A call and the recorded answer that becomes its result. JSON. */
export interface PlayedCall {
  callKey: string;
  tenant: string;
  runId: string | null;
  node: string | null;
  cassette: string;
  requestHash: string;
  model: string;
  finishReason: string;
  inputTokens: number;
  outputTokens: number;
  artifactRef: string;
  /** Their payloads are durable or, outside a history, travel with them. */
  artifacts: readonly NewArtifact[];
  patch?: { status?: AgentStatus; outputRef?: string; reasonCode?: string; reason?: string };
}

/** A result beside the one that an attempt brings would be a second one. */
export function callUnderWay(callKey: string): LonghaulError {
  return new LonghaulError('CallLeased', {
    callKey,
    leaseUntil: 'its end',
    waitMs: OPEN_WAIT_MS,
    waitedFor: 'other-process',
  });
}
