import { expect, isObject, type Fields } from '../chat/fields';
import { badRequest } from '../http/api-error';

/** The input items of a response as the messages of a chat: same prompt, same answer. */
export function toChatMessages(input: unknown, instructions: unknown): Fields[] {
  const system = instructions === undefined || instructions === null ? [] : [instructionsMessage(instructions)];
  if (typeof input === 'string') return [...system, { role: 'user', content: input }];
  expect(Array.isArray(input) && input.length > 0, 'input', 'a string or an array of items');
  return (input as unknown[]).reduce<Fields[]>(
    (messages, item, index) => add(messages, item, `input[${index}]`),
    system,
  );
}

function instructionsMessage(instructions: unknown): Fields {
  expect(typeof instructions === 'string', 'instructions', 'a string');
  return { role: 'system', content: instructions };
}

function add(messages: Fields[], item: unknown, path: string): Fields[] {
  expect(isObject(item), path, 'an object');
  switch (item['type'] ?? 'message') {
    case 'message':
      return [...messages, { role: item['role'], content: textOf(item['content'], `${path}.content`) }];
    case 'function_call':
      return withToolCall(messages, item);
    case 'function_call_output':
      return [...messages, toolMessage(item, path)];
    default:
      throw badRequest(
        `Invalid value for '${path}.type': expected message, function_call or function_call_output.`,
        path,
      );
  }
}

/** A call belongs to the assistant's message before it; without one it is a message of its own. */
function withToolCall(messages: Fields[], item: Fields): Fields[] {
  const { call_id: id, name, arguments: argumentsJson } = item;
  const call = { id, type: 'function', function: { name, arguments: argumentsJson } };
  const last = messages.at(-1);
  if (last?.['role'] !== 'assistant') return [...messages, { role: 'assistant', content: null, tool_calls: [call] }];
  const calls = [...((last['tool_calls'] ?? []) as unknown[]), call];
  return [...messages.slice(0, -1), { ...last, tool_calls: calls }];
}

function toolMessage(item: Fields, path: string): Fields {
  return { role: 'tool', tool_call_id: item['call_id'], content: textOf(item['output'], `${path}.output`) };
}

function textOf(content: unknown, path: string): string {
  if (typeof content === 'string') return content;
  expect(Array.isArray(content), path, 'a string or an array of text parts');
  return content.map((part: unknown, index) => partOf(part, `${path}[${index}]`)).join('');
}

function partOf(part: unknown, path: string): string {
  const text = isObject(part) ? (part['text'] ?? part['refusal']) : undefined;
  expect(typeof text === 'string', path, 'a part {"type": "input_text", "text": string}');
  return text;
}
