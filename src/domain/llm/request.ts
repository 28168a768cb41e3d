import { hashJson } from '../kernel/hash';
import type { ChatRequest } from './chat';

/** The parts of a request that decide its answer, in one shape whatever the caller left out. */
export function canonicalRequest(provider: string, request: ChatRequest): Record<string, unknown> {
  return {
    provider,
    model: request.model,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    maxTokens: request.maxTokens,
    temperature: request.temperature ?? null,
    topP: request.topP ?? null,
    seed: request.seed ?? null,
    responseFormat: request.responseSchema ? 'schema' : (request.responseFormat ?? 'text'),
    responseSchema: request.responseSchema ?? null,
  };
}

/** SHA-256 of the canonical request: equal requests have equal hashes, whatever the order of their keys. */
export function requestHash(provider: string, request: ChatRequest): string {
  return hashJson(canonicalRequest(provider, request));
}
