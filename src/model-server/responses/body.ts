import type { Generation } from '../chat/generate';
import type { ResponseRecord, ResponseStatus } from './record';

type Item = Record<string, unknown>;

/** The response object as it stands at a status: without output and usage until it has ended. */
export function responseBody(record: ResponseRecord, status: ResponseStatus): Record<string, unknown> {
  const { echo, generation } = record;
  const answered = status === 'completed' || status === 'incomplete';
  // Cancelled or not, all that was accepted is billed, and the usage says what was billed.
  const billed = answered || status === 'cancelled';
  return {
    id: record.id,
    object: 'response',
    created_at: Math.floor(record.createdAtMs / 1000),
    completed_at: status === 'completed' && record.ended ? Math.floor(record.ended.atMs / 1000) : null,
    status,
    background: record.background,
    error: status === 'failed' ? FAILED : null,
    incomplete_details: status === 'incomplete' ? incompleteDetails(generation) : null,
    instructions: echo['instructions'] ?? null,
    max_output_tokens: echo['max_output_tokens'] ?? null,
    metadata: echo['metadata'] ?? {},
    model: record.model,
    output: answered ? outputItems(record) : [],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    store: record.store,
    temperature: echo['temperature'] ?? 1,
    text: echo['text'] ?? { format: { type: 'text' } },
    tool_choice: echo['tool_choice'] ?? 'auto',
    tools: echo['tools'] ?? [],
    top_p: echo['top_p'] ?? 1,
    truncation: 'disabled',
    usage: billed ? usageOf(generation) : null,
  };
}

export const FAILED = { code: 'server_error', message: 'The model failed to generate a response (a scripted fault).' };

/** Ids are made of the response's, so that every reader sees the same ones. */
export function outputItems({ id, generation }: ResponseRecord): Item[] {
  const suffix = id.slice('resp_'.length);
  const status = generation.finishReason === 'length' ? 'incomplete' : 'completed';
  const calls = generation.toolCalls.map((call, index) => ({
    id: `fc_${suffix}_${index}`,
    type: 'function_call',
    status,
    call_id: call.id,
    name: call.name,
    arguments: call.argumentsJson,
  }));
  if (generation.content === null && generation.refusal === null) return calls;
  const message = {
    id: `msg_${suffix}`,
    type: 'message',
    status,
    role: 'assistant',
    content: [contentPart(generation)],
  };
  return [message, ...calls];
}

export function contentPart({ content, refusal }: Generation): Item {
  if (refusal !== null) return { type: 'refusal', refusal };
  return { type: 'output_text', text: content ?? '', annotations: [], logprobs: [] };
}

function incompleteDetails({ finishReason }: Generation): Item {
  return { reason: finishReason === 'length' ? 'max_output_tokens' : 'content_filter' };
}

function usageOf({ inputTokens, outputTokens }: Generation): Item {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  };
}
