import { hashJson } from '../kernel/hash';
import type { ChatMessage, ChatRequest, ToolDeclaration } from './chat';

/** The parts of a request that decide its answer, in one shape whatever the caller left out. */
export function canonicalRequest(provider: string, request: ChatRequest): Record<string, unknown> {
  return {
    provider,
    model: request.model,
    messages: request.messages.map(canonicalMessage),
    maxTokens: request.maxTokens,
    temperature: request.temperature ?? null,
    topP: request.topP ?? null,
    seed: request.seed ?? null,
    responseFormat: request.responseSchema ? 'schema' : (request.responseFormat ?? 'text'),
    responseSchema: request.responseSchema ?? null,
    // Only where there are any: requests without them keep the hashes they had before these existed.
    ...(request.sample === undefined ? {} : { sample: request.sample }),
    ...(request.tools?.length ? { tools: request.tools.map(canonicalTool) } : {}),
    ...(request.toolChoice === undefined ? {} : { toolChoice: request.toolChoice }),
    ...(request.stop?.length ? { stop: request.stop } : {}),
    ...(request.strictSchema ? { strictSchema: true } : {}),
    ...(request.extra === undefined ? {} : { extra: request.extra }),
  };
}

function canonicalTool({ name, description, parameters, strict }: ToolDeclaration): Record<string, unknown> {
  return { name, description, parameters, ...(strict ? { strict } : {}) };
}

function canonicalMessage(message: ChatMessage): Record<string, unknown> {
  const { role, content } = message;
  if (message.role === 'tool') return { role, content, toolCallId: message.toolCallId };
  if (message.role !== 'assistant' || !message.toolCalls?.length) return { role, content };
  const toolCalls = message.toolCalls.map(({ id, name, argumentsJson }) => ({ id, name, argumentsJson }));
  return { role, content, toolCalls };
}

/** SHA-256 of the canonical request: equal requests have equal hashes, whatever the order of their keys. */
export function requestHash(provider: string, request: ChatRequest): string {
  return hashJson(canonicalRequest(provider, request));
}
