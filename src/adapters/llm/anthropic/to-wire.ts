import type { MessageCreateParamsStreaming, MessageParam, Tool } from '@anthropic-ai/sdk/resources/messages/messages';
import type { ChatMessage, ChatRequest, ToolCall } from '../../../domain/llm/chat';
import { parseModelName } from '../../../domain/llm/model-name';

/** Sampling as models up to 2025 take it; the client's types name it no longer. A newer model answers 400 to it. */
type Sampling = { temperature?: number; top_p?: number };

/** Anthropic has no mode for JSON without a schema. */
const JSON_ONLY = 'Answer with one JSON value and nothing else.';

/** One request, always streaming. There is no seed at Anthropic: it names the call (`requestHash`), and is not sent. */
export function toWire(request: ChatRequest): MessageCreateParamsStreaming & Sampling {
  const schema = request.responseSchema;
  return {
    ...request.extra,
    model: parseModelName(request.model).name,
    max_tokens: request.maxTokens,
    system: systemOf(request),
    messages: messagesToWire(request.messages),
    temperature: request.temperature,
    top_p: request.topP,
    stop_sequences: request.stop,
    tools: toolsToWire(request),
    tool_choice: request.tools?.length && request.toolChoice === 'none' ? { type: 'none' } : undefined,
    output_config: schema ? { format: { type: 'json_schema', schema } } : undefined,
    stream: true,
  };
}

function systemOf({ messages, responseFormat, responseSchema }: ChatRequest): string | undefined {
  const said = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const all = responseFormat === 'json' && !responseSchema ? [...said, JSON_ONLY] : said;
  return all.length > 0 ? all.join('\n\n') : undefined;
}

/** The results of all tools of one answer have to stand together in the message that follows it. */
function messagesToWire(messages: readonly ChatMessage[]): MessageParam[] {
  const wire: MessageParam[] = [];
  let results: MessageParam | null = null;
  for (const message of messages) {
    const next = messageToWire(message);
    if (message.role === 'tool' && results && next) {
      results.content = [...blocksOf(results), ...blocksOf(next)];
      continue;
    }
    if (next) wire.push(next);
    results = message.role === 'tool' ? next : null;
  }
  return wire;
}

function blocksOf({ content }: MessageParam): Exclude<MessageParam['content'], string> {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

/** Null for what has no place among the messages: system texts, and an empty answer, which Anthropic refuses. */
function messageToWire(message: ChatMessage): MessageParam | null {
  switch (message.role) {
    case 'system':
      return null;
    case 'user':
      return { role: 'user', content: message.content };
    case 'tool':
      return {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: message.toolCallId, content: message.content }],
      };
    case 'assistant':
      return answerToWire(message.content, message.toolCalls ?? []);
  }
}

function answerToWire(content: string, toolCalls: readonly ToolCall[]): MessageParam | null {
  const text = content.trim() === '' ? [] : [{ type: 'text' as const, text: content }];
  const uses = toolCalls.map(({ id, name, argumentsJson }) => ({
    ...{ type: 'tool_use' as const, id, name },
    input: readArguments(argumentsJson),
  }));
  return text.length + uses.length === 0 ? null : { role: 'assistant', content: [...text, ...uses] };
}

/** Arguments have to be an object. Ones that could not be read were refused as a tool call; its result says so. */
function readArguments(json: string): object {
  try {
    const value = JSON.parse(json) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {}; // what a model wrote, not what we did
  }
}

function toolsToWire({ tools }: ChatRequest): Tool[] | undefined {
  if (!tools?.length) return undefined;
  return tools.map(({ name, description, parameters }) => ({
    name,
    description,
    input_schema: { ...parameters, type: 'object' },
  }));
}
