import type { IncomingHttpHeaders } from 'node:http';
import { expect, isObject, optionalBoolean, optionalInteger, optionalNumber, type Fields } from '../chat/fields';
import { hashOf, type ChatRequest } from '../chat/request';
import type { ResponseFormat } from '../chat/response-format';
import { ApiError, badRequest } from '../http/api-error';
import { parseConversation } from './conversation';
import { parseMessagesToolChoice, parseMessagesTools } from './tools';

/** Accepted as Anthropic accepts them, without an effect on scripted answers. */
const WITHOUT_EFFECT = ['cache_control', 'inference_geo', 'service_tier', 'speed', 'thinking', 'top_k'];
const KNOWN = new Set([
  'model',
  'messages',
  'max_tokens',
  'metadata',
  'output_config',
  'stop_sequences',
  'stream',
  'system',
  'temperature',
  'tool_choice',
  'tools',
  'top_p',
  ...WITHOUT_EFFECT,
]);

/** @throws ApiError 401 without a key, 400 without a version, else 400 that names the first offending field. */
export function parseMessagesRequest(body: unknown, headers: IncomingHttpHeaders): ChatRequest {
  requireHeaders(headers);
  return parseMessagesBody(body);
}

/** Also what one entry of a batch is. @throws ApiError 400 */
export function parseMessagesBody(body: unknown): ChatRequest {
  expect(isObject(body), 'body', 'a JSON object');
  const unknown = Object.keys(body).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) throw badRequest(`${unknown}: Extra inputs are not permitted`, unknown);
  expect(typeof body['model'] === 'string' && body['model'] !== '', 'model', 'the id of a model');
  const maxTokens = optionalInteger(body, 'max_tokens', 1);
  expect(maxTokens !== null, 'max_tokens', 'an integer >= 1; Anthropic has no default');
  const tools = parseMessagesTools(body['tools']);
  return {
    model: body['model'],
    messages: parseConversation(body),
    maxTokens,
    temperature: optionalNumber(body, 'temperature', 0, 1),
    topP: optionalNumber(body, 'top_p', 0, 1),
    seed: null,
    stop: parseStopSequences(body['stop_sequences']),
    stream: optionalBoolean(body, 'stream'),
    includeUsage: true,
    responseFormat: parseOutputConfig(body['output_config']),
    tools,
    toolChoice: parseMessagesToolChoice(body['tool_choice'], tools),
    metadata: parseMetadata(body['metadata']),
    attachments: attachmentsOf(body),
    sha256: hashOf(body),
  };
}

/** @throws ApiError 401, 400 */
export function requireHeaders(headers: IncomingHttpHeaders): void {
  const key = headers['x-api-key'] ?? headers.authorization;
  if (key === undefined || key === '') throw unauthenticated();
  if (!/^\d{4}-\d{2}-\d{2}$/.test(String(headers['anthropic-version'] ?? '')))
    throw badRequest('anthropic-version: header is required, a date such as 2023-06-01');
}

function unauthenticated(): ApiError {
  const message = 'x-api-key header is required';
  return new ApiError(401, { message, type: 'authentication_error', param: null, code: null });
}

function parseStopSequences(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const usable = Array.isArray(value) && value.every((item) => typeof item === 'string' && item.trim() !== '');
  expect(usable, 'stop_sequences', 'an array of strings that are not blank');
  return value as string[];
}

function parseOutputConfig(value: unknown): ResponseFormat {
  if (value === undefined || value === null) return { type: 'text' };
  expect(isObject(value), 'output_config', 'an object');
  const format = value['format'] ?? null;
  if (format === null) return { type: 'text' };
  const usable = isObject(format) && format['type'] === 'json_schema' && isObject(format['schema']);
  expect(usable, 'output_config.format', '{"type": "json_schema", "schema": {…}}');
  return { type: 'json_schema', schema: (format as { schema: Fields }).schema };
}

function parseMetadata(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  const usable = isObject(value) && Object.keys(value).every((name) => name === 'user_id');
  expect(usable, 'metadata', 'an object with user_id and nothing else');
  const userId = value['user_id'] ?? null;
  if (userId === null) return {};
  expect(typeof userId === 'string' && userId.length <= 512, 'metadata.user_id', 'a string of up to 512 characters');
  return { user_id: userId };
}

function attachmentsOf(body: Fields): string[] {
  const { tools, output_config: output } = body;
  const format = isObject(output) ? output['format'] : undefined;
  return [tools, format].flatMap((part) => (isObject(part) || Array.isArray(part) ? [JSON.stringify(part)] : []));
}
