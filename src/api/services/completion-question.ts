import { COMPLETION_LIMITS, type CompletionBody } from '../../contracts/api.schema';
import type { ChatMessage, ChatRequest, ToolDeclaration } from '../../domain/llm/chat';

/** What a client of OpenAI's format asks, in the gateway's own words. */
export function questionOf(body: CompletionBody): ChatRequest {
  const { model, messages, temperature, top_p: topP, seed, stop, tools, tool_choice: toolChoice } = body;
  return {
    model,
    messages: messages.map(messageOf),
    maxTokens: body.max_completion_tokens ?? body.max_tokens ?? COMPLETION_LIMITS.maxTokensDefault,
    ...given({ temperature, topP, seed }),
    ...(stop == null ? {} : { stop: typeof stop === 'string' ? [stop] : stop }),
    ...formatOf(body.response_format),
    ...(tools ? { tools: tools.map(toolOf) } : {}),
    ...(tools && toolChoice === 'none' ? { toolChoice } : {}),
  };
}

type Message = CompletionBody['messages'][number];
type Content = Message['content'];

function messageOf(message: Message): ChatMessage {
  const content = textOf(message.content);
  if (message.role === 'tool') return { role: 'tool', toolCallId: message.tool_call_id, content };
  if (message.role !== 'assistant') return { role: message.role === 'user' ? 'user' : 'system', content };
  const toolCalls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: argumentsJson } }) => ({
    ...{ id, name, argumentsJson },
  }));
  const said = content || (message.refusal ?? '');
  return { role: 'assistant', content: said, ...(toolCalls.length > 0 ? { toolCalls } : {}) };
}

function textOf(content: Content): string {
  if (content == null) return '';
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('');
}

function toolOf({ function: declared }: NonNullable<CompletionBody['tools']>[number]): ToolDeclaration {
  const { name, description, parameters, strict } = declared;
  return {
    name,
    description: description ?? '',
    parameters: parameters ?? { type: 'object', properties: {} },
    ...(strict === true ? { strict } : {}),
  };
}

function formatOf(format: CompletionBody['response_format']): Partial<ChatRequest> {
  if (format?.type === 'json_object') return { responseFormat: 'json' };
  if (format?.type !== 'json_schema') return {};
  const { schema, strict } = format.json_schema;
  return { responseFormat: 'json', responseSchema: schema, ...(strict === true ? { strictSchema: true } : {}) };
}

/** Without the members that were not given: they would be part of the question's fingerprint. */
function given<T extends Record<string, unknown>>(members: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value != null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
