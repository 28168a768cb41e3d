import { randomUUID } from 'node:crypto';
import type { ChatRequest } from '../../src/domain/llm/chat';
import type { GatewayCall } from '../../src/gateway';
import { NODE, TENANT } from './ground';
import type { Task } from './task';

const MAX_TOKENS = 20;

export function requestOf({ prompt, isNumbered }: Pick<Task, 'prompt' | 'isNumbered'>, index: number): ChatRequest {
  const content = isNumbered ? `question ${index} ${prompt}` : prompt;
  return { model: 'scripted-echo', messages: [{ role: 'user', content }], maxTokens: MAX_TOKENS };
}

/** One agent's call. Its result is a header as always; no payload file is written, which is the artifacts' benchmark. */
export function callOf(task: Task, index: number, timeoutMs: number): GatewayCall {
  const { runId } = task;
  return {
    ...{ tenant: TENANT, runId, node: NODE, callKey: `${runId}/${NODE}/${index}` },
    ...{ timeoutMs, maxWaitMs: timeoutMs, shareWithin: String(index) },
    budgets: [`agent:${runId}/${NODE}`, `run:${runId}`],
    request: requestOf(task, index),
    buildArtifacts: async () => {
      const ref = randomUUID();
      const header = { ref, tenant: TENANT, sessionId: runId, type: 'state' as const, mime: 'application/json' };
      const payload = { driver: 'filesystem' as const, sha256: 'ab'.repeat(32), bytes: 1, rawBytes: 1 };
      return { artifacts: [{ ...header, ...payload }], resultRef: ref };
    },
  };
}
