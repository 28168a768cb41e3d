import { canonicalJson } from '../../domain/kernel/canonical-json';
import { expect, isObject, type Fields } from './fields';

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'] as const;
export type Role = (typeof ROLES)[number];

/** One message of the prompt with its text joined; tool parts are kept as the JSON that came. */
export interface PromptMessage {
  role: Role;
  text: string;
  name?: string;
  /** JSON of an assistant's tool calls, or the id of the call that a tool message answers. */
  extra?: string;
  /** Canonical JSON of what an assistant called, without ids and so the same on every wire. */
  calls?: string;
}

const MESSAGES_MAX = 2_048;

export function parseMessages(value: unknown): PromptMessage[] {
  expect(
    Array.isArray(value) && value.length > 0 && value.length <= MESSAGES_MAX,
    'messages',
    `an array of 1 to ${MESSAGES_MAX} messages`,
  );
  return value.map((message: unknown, index) => parseMessage(message, `messages[${index}]`));
}

function parseMessage(message: unknown, path: string): PromptMessage {
  expect(isObject(message), path, 'an object');
  const role = message['role'];
  expect(ROLES.includes(role as Role), `${path}.role`, `one of ${ROLES.join(', ')}`);
  const name = message['name'] ?? undefined;
  expect(name === undefined || typeof name === 'string', `${path}.name`, 'a string');
  const text = parseContent(message, path);
  return { role: role as Role, text, name, extra: parseExtra(message, path), calls: parseCalls(message, path) };
}

/** A string, text parts, or nothing where an assistant only called tools. Images and audio have no script here. */
function parseContent(message: Fields, path: string): string {
  const content = message['content'] ?? null;
  if (typeof content === 'string') return content;
  if (content === null) {
    expect(message['role'] === 'assistant' && Array.isArray(message['tool_calls']), `${path}.content`, 'a string');
    return '';
  }
  expect(Array.isArray(content), `${path}.content`, 'a string or an array of text parts');
  return content.map((part: unknown, index) => parsePart(part, `${path}.content[${index}]`)).join('');
}

function parsePart(part: unknown, path: string): string {
  expect(
    isObject(part) && part['type'] === 'text' && typeof part['text'] === 'string',
    path,
    'a part {"type": "text", "text": string}',
  );
  return part['text'];
}

function parseExtra(message: Fields, path: string): string | undefined {
  if (message['role'] === 'tool') {
    expect(typeof message['tool_call_id'] === 'string', `${path}.tool_call_id`, 'the id of the call it answers');
    return message['tool_call_id'];
  }
  return message['tool_calls'] === undefined ? undefined : JSON.stringify(message['tool_calls']);
}

function parseCalls(message: Fields, path: string): string | undefined {
  const calls = message['tool_calls'] ?? null;
  if (calls === null) return undefined;
  expect(Array.isArray(calls), `${path}.tool_calls`, 'an array');
  return callsOf(calls.map((call: unknown, index) => parseCall(call, `${path}.tool_calls[${index}]`)));
}

function parseCall(call: unknown, path: string): { name: string; arguments: unknown } {
  const asked = isObject(call) && call['type'] === 'function' ? call['function'] : null;
  const usable = isObject(asked) && typeof asked['name'] === 'string' && typeof asked['arguments'] === 'string';
  expect(usable, path, 'a call {"type": "function", "function": {"name": string, "arguments": string}}');
  const { name, arguments: json } = asked as { name: string; arguments: string };
  return { name, arguments: readJsonOr(json) };
}

/** Models write arguments that are no JSON; they are sent back as they were. */
function readJsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function callsOf(calls: ReadonlyArray<{ name: string; arguments: unknown }>): string {
  return canonicalJson(calls);
}
