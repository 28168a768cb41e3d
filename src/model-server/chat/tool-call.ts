import { lastUserText, type ModelAnswer } from '../models/scripted-model';
import type { SeededRandom } from '../seeded-random';
import { fitSchema } from './fit-schema';
import type { ChatRequest } from './request';
import type { ToolDefinition } from './tools';

export interface AnswerToolCall {
  id: string;
  name: string;
  argumentsJson: string;
}

/**
 * Whether a script calls a tool: when it insists, when the request demands it, or (with `auto`) when the last user
 * message mentions an offered tool by name and no tool has answered yet.
 */
export function decideToolCall(request: ChatRequest, answer: ModelAnswer, random: SeededRandom): AnswerToolCall | null {
  const call = answer.toolCall ?? offeredCall(chooseTool(request), random);
  return call === null ? null : { id: `call_${random.hex(24).toLowerCase()}`, ...call };
}

function offeredCall(
  tool: ToolDefinition | null,
  random: SeededRandom,
): { name: string; argumentsJson: string } | null {
  if (tool === null) return null;
  return { name: tool.name, argumentsJson: JSON.stringify(fitSchema(tool.parameters, {}, random)) };
}

function chooseTool({ tools, toolChoice, messages }: ChatRequest): ToolDefinition | null {
  if (toolChoice.mode === 'none') return null;
  if (toolChoice.mode === 'function') return tools.find((tool) => tool.name === toolChoice.name) ?? null;
  if (toolChoice.mode === 'required') return tools[0] ?? null;
  if (messages.at(-1)?.role === 'tool') return null;
  const text = lastUserText(messages);
  return tools.find((tool) => new RegExp(`(?<![\\w-])${tool.name}(?![\\w-])`).test(text)) ?? null;
}
