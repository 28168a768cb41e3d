import { badRequest } from '../http/api-error';
import { expect, isObject, type Fields } from './fields';
import type { PromptMessage } from './messages';

export type ResponseFormat = { type: 'text' | 'json_object' } | { type: 'json_schema'; schema: Fields };

export function parseResponseFormat(value: unknown, messages: readonly PromptMessage[]): ResponseFormat {
  if (value === undefined || value === null) return { type: 'text' };
  expect(isObject(value), 'response_format', 'an object');
  if (value['type'] === 'text') return { type: 'text' };
  if (value['type'] === 'json_object') return jsonObject(messages);
  expect(value['type'] === 'json_schema', 'response_format.type', 'text, json_object or json_schema');
  return { type: 'json_schema', schema: parseSchema(value['json_schema']) };
}

/** OpenAI refuses JSON mode when no message says so; a prompt that passes here must pass there too. */
function jsonObject(messages: readonly PromptMessage[]): ResponseFormat {
  if (messages.some((message) => /json/i.test(message.text))) return { type: 'json_object' };
  const message =
    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.";
  throw badRequest(message, 'messages');
}

function parseSchema(value: unknown): Fields {
  expect(isObject(value), 'response_format.json_schema', 'an object');
  const { name, schema } = value;
  expect(
    typeof name === 'string' && /^[a-zA-Z0-9_-]{1,64}$/.test(name),
    'response_format.json_schema.name',
    'up to 64 letters, digits, _ and -',
  );
  expect(isObject(schema), 'response_format.json_schema.schema', 'a JSON Schema object');
  return schema;
}
