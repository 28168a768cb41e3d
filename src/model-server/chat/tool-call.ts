import { lastUserText, type ModelAnswer, type ScriptedCall } from '../models/scripted-model';
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
 * Which tools a script calls: those it insists on, one when the request demands it, or (with `auto`) one that the last
 * user message mentions by name when it is offered and no tool has answered yet.
 */
export function decideToolCalls(request: ChatRequest, answer: ModelAnswer, random: SeededRandom): AnswerToolCall[] {
  const calls = answer.toolCalls ?? offeredCalls(chooseTool(request), random);
  return calls.map((call) => ({ id: `call_${random.hex(24).toLowerCase()}`, ...call }));
}

function offeredCalls(tool: ToolDefinition | null, random: SeededRandom): ScriptedCall[] {
  if (tool === null) return [];
  return [{ name: tool.name, argumentsJson: JSON.stringify(fitSchema(tool.parameters, {}, random)) }];
}

function chooseTool({ tools, toolChoice, messages }: ChatRequest): ToolDefinition | null {
  if (toolChoice.mode === 'none') return null;
  if (toolChoice.mode === 'function') return tools.find((tool) => tool.name === toolChoice.name) ?? null;
  if (toolChoice.mode === 'required') return tools[0] ?? null;
  if (messages.at(-1)?.role === 'tool') return null;
  const text = lastUserText(messages);
  return tools.find((tool) => new RegExp(`(?<![\\w-])${tool.name}(?![\\w-])`).test(text)) ?? null;
}
