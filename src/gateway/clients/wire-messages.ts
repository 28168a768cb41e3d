import { assert, InvariantError } from '../../domain/kernel/assert';
import type { ChatMessage, ToolCall, ToolDeclaration } from '../../domain/llm/chat';

/** A message in the form that most programs have: OpenAI's. */
export interface WireMessage {
  role: string;
  content?: string | null;
  tool_calls?: readonly { id: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}

/** A tool as OpenAI writes it, or without the shell around it. */
export type WireTool = { type: 'function'; function: Partial<ToolDeclaration> & { name: string } } | FlatTool;
type FlatTool = Partial<ToolDeclaration> & { name: string; input_schema?: Record<string, unknown> };

/** @throws InvariantError naming the message that cannot be sent */
export function chatMessages(messages: readonly WireMessage[]): ChatMessage[] {
  assert(messages.length > 0, 'LLMClient: at least one message is needed');
  return messages.map((message, index) => chatMessage(message, index));
}

function chatMessage({ role, content, tool_calls: calls, tool_call_id: id }: WireMessage, index: number): ChatMessage {
  const text = content ?? '';
  switch (role) {
    case 'system':
    case 'user':
      return { role, content: text };
    case 'assistant':
      return { role, content: text, ...(calls?.length ? { toolCalls: calls.map(toolCall) } : {}) };
    case 'tool':
      assert(id !== undefined, `LLMClient: message ${index} is a tool's, but has no tool_call_id`);
      return { role, content: text, toolCallId: id };
    default:
      throw new InvariantError(
        `LLMClient: message ${index} has role "${role}"; expected system, user, assistant or tool`,
      );
  }
}

function toolCall({
  id,
  function: { name, arguments: argumentsJson },
}: NonNullable<WireMessage['tool_calls']>[number]): ToolCall {
  return { id, name, argumentsJson };
}

export function toolDeclarations(tools: readonly WireTool[]): ToolDeclaration[] {
  return tools.map((tool) => {
    const flat: FlatTool = 'function' in tool ? tool.function : tool;
    const parameters = flat.parameters ?? flat.input_schema ?? { type: 'object', properties: {} };
    return { name: flat.name, description: flat.description ?? '', parameters };
  });
}
