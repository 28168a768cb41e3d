import type { ToolRegistry } from '../../adapters/tools';
import type { LlmAgent } from '../../domain/agents/agent-graph';
import { openingRequest } from '../../domain/agents/opening-request';
import type { ChatMessage, ChatRequest } from '../../domain/llm/chat';
import { TOOL_RESULT_CHARS_MAX, type ToolOutcome } from '../../domain/tools/tool';
import { type AgentContext, render } from '../agent-context';
import type { PastTurn } from './conversation';

/** Turns an agent, its inputs, its dependencies' outputs and what was said before into one model request. */
export function buildRequest(
  context: AgentContext<LlmAgent>,
  past: readonly PastTurn[],
  tools: ToolRegistry,
): ChatRequest {
  const { agent } = context;
  const opening = openingRequest(agent, render(context, agent.promptTemplate), tools);
  return { ...opening, messages: [...opening.messages, ...past.flatMap(messagesOf)] };
}

function messagesOf(turn: PastTurn): ChatMessage[] {
  if (turn.kind === 'feedback') {
    const content = `Your last answer could not be used. ${turn.detail}\nAnswer again, with nothing but what was asked for.`;
    return [{ role: 'user', content }];
  }
  const { content, toolCalls } = turn.answer;
  return [
    { role: 'assistant', content, toolCalls },
    ...toolCalls.map(({ id }, index): ChatMessage => ({
      role: 'tool',
      toolCallId: id,
      content: shownResult(turn.outcomes[index]),
    })),
  ];
}

/** Providers refuse a conversation in which a tool call has no result, so what was not executed is answered too. */
function shownResult(outcome: ToolOutcome | undefined): string {
  if (outcome === undefined) return 'Error: not executed, too many tool calls in one answer.';
  if (!outcome.ok) return `Error: ${outcome.error}`;
  const text = typeof outcome.value === 'string' ? outcome.value : JSON.stringify(outcome.value);
  if (text.length <= TOOL_RESULT_CHARS_MAX) return text;
  return `${text.slice(0, TOOL_RESULT_CHARS_MAX)}\n[cut: ${text.length} characters in all]`;
}
