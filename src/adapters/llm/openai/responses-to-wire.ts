import type { ResponseCreateParamsStreaming, ResponseInputItem, Tool } from 'openai/resources/responses/responses';
import type { ChatMessage, ChatRequest } from '../../../domain/llm/chat';
import { parseModelName } from '../../../domain/llm/model-name';

/** Where servers with a Responses API differ from OpenAI itself. */
export interface ResponsesDialect {
  /** OpenAI's Responses API refuses `seed`. */
  sendsSeed: boolean;
}

/** One background response, streamed: its first event names it. */
export function responseToWire(
  request: ChatRequest,
  attemptKey: string,
  { sendsSeed }: ResponsesDialect,
): ResponseCreateParamsStreaming {
  return {
    model: parseModelName(request.model).name,
    input: request.messages.flatMap(itemsOf),
    max_output_tokens: request.maxTokens,
    temperature: request.temperature,
    top_p: request.topP,
    text: textFormat(request),
    tools: toolsOf(request),
    background: true,
    store: true,
    stream: true,
    metadata: { attempt_key: attemptKey.slice(0, METADATA_CHARS_MAX) },
    ...(sendsSeed && request.seed !== undefined ? { seed: request.seed } : {}),
  };
}

/** OpenAI refuses longer values. */
const METADATA_CHARS_MAX = 512;

function itemsOf(message: ChatMessage): ResponseInputItem[] {
  const { content } = message;
  if (message.role === 'tool') return [{ type: 'function_call_output', call_id: message.toolCallId, output: content }];
  if (message.role !== 'assistant') return [{ role: message.role, content }];
  const calls = (message.toolCalls ?? []).map(({ id, name, argumentsJson }): ResponseInputItem => ({
    type: 'function_call',
    call_id: id,
    name,
    arguments: argumentsJson,
  }));
  return content === '' && calls.length > 0 ? calls : [{ role: 'assistant', content }, ...calls];
}

/** `strict` is on unless it is said: then schemas that chat accepts would be refused here. */
function toolsOf({ tools }: ChatRequest): Tool[] | undefined {
  if (!tools?.length) return undefined;
  return tools.map(({ name, description, parameters }) => ({
    type: 'function',
    name,
    description,
    parameters,
    strict: false,
  }));
}

function textFormat({ responseSchema, responseFormat }: ChatRequest): ResponseCreateParamsStreaming['text'] {
  if (responseSchema) return { format: { type: 'json_schema', name: 'answer', schema: responseSchema } };
  return responseFormat === 'json' ? { format: { type: 'json_object' } } : undefined;
}
