import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionFunctionTool,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { ChatMessage, ChatRequest } from '../../../domain/llm/chat';
import { parseModelName } from '../../../domain/llm/model-name';
import type { ResponsesDialect } from './responses-to-wire';

/** Where compatible servers differ from OpenAI itself. */
export interface Dialect {
  /** OpenAI's newer models refuse `max_tokens`; most compatible servers know nothing else, and would answer unbounded. */
  maxTokensField: 'max_completion_tokens' | 'max_tokens';
  /** OpenAI answers 400 to metadata on chat completions that are not stored with it; there the header names the attempt. */
  sendsMetadata: boolean;
  /** It answers a repeated `Idempotency-Key` from its store, so that all attempts of a call may go under one. */
  honoursKeys?: boolean;
  /** Absent: no Responses API, or none that makes answers in the background. */
  responses?: ResponsesDialect;
  /** Files and batches, at half the price. */
  hasBatches?: boolean;
}

/** One request, always streaming: only a stream lets a hang be told from a long answer. */
export function toWire(
  request: ChatRequest,
  attemptKey: string,
  dialect: Dialect,
): ChatCompletionCreateParamsStreaming {
  return {
    ...request.extra,
    model: parseModelName(request.model).name,
    messages: request.messages.map(messageToWire),
    [dialect.maxTokensField]: request.maxTokens,
    temperature: request.temperature,
    top_p: request.topP,
    seed: request.seed,
    response_format: responseFormat(request),
    tools: toolsToWire(request),
    tool_choice: request.tools?.length ? request.toolChoice : undefined,
    stop: request.stop?.length ? request.stop : undefined,
    stream: true,
    stream_options: { include_usage: true },
    metadata: dialect.sendsMetadata ? { attempt_key: attemptKey } : undefined,
  };
}

function messageToWire(message: ChatMessage): ChatCompletionMessageParam {
  const { content } = message;
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content };
  if (message.role !== 'assistant') return { role: message.role, content };
  if (!message.toolCalls?.length) return { role: 'assistant', content };
  return {
    role: 'assistant',
    content: content === '' ? null : content,
    tool_calls: message.toolCalls.map(({ id, name, argumentsJson }) => ({
      id,
      type: 'function',
      function: { name, arguments: argumentsJson },
    })),
  };
}

/** Also counted as input by the token counter. */
export function toolsToWire({ tools }: ChatRequest): ChatCompletionFunctionTool[] | undefined {
  if (!tools?.length) return undefined;
  return tools.map(({ name, description, parameters, strict }) => ({
    type: 'function',
    function: { name, description, parameters, ...(strict ? { strict } : {}) },
  }));
}

/** Also counted as input by the token counter: providers put the schema into the prompt. */
export function responseFormat(request: ChatRequest): ChatCompletionCreateParamsStreaming['response_format'] {
  if (request.responseSchema) {
    const strict = request.strictSchema ? { strict: true } : {};
    return { type: 'json_schema', json_schema: { name: 'answer', schema: request.responseSchema, ...strict } };
  }
  return request.responseFormat === 'json' ? { type: 'json_object' } : undefined;
}
