import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/kernel/canonical-json';
import { badRequest } from '../http/api-error';
import { expect, isObject, optionalBoolean, optionalInteger, optionalNumber, type Fields } from './fields';
import { parseMessages, type PromptMessage } from './messages';
import { parseResponseFormat, type ResponseFormat } from './response-format';
import { parseToolChoice, parseTools, type ToolChoice, type ToolDefinition } from './tools';

/** A validated chat completion request, in our words. `null` means that the request did not say. */
export interface ChatRequest {
  model: string;
  messages: PromptMessage[];
  maxTokens: number | null;
  temperature: number | null;
  topP: number | null;
  seed: number | null;
  stop: string[];
  stream: boolean;
  includeUsage: boolean;
  responseFormat: ResponseFormat;
  tools: ToolDefinition[];
  toolChoice: ToolChoice;
  metadata: Readonly<Record<string, string>>;
  /** JSON of tools and schema as they came, for the token count. */
  attachments: string[];
  /** Of everything that can change the answer; the same for each try of one call. */
  sha256: string;
}

/** Accepted as OpenAI accepts them, without an effect on scripted answers. */
const WITHOUT_EFFECT = [
  'frequency_penalty',
  'presence_penalty',
  'logit_bias',
  'parallel_tool_calls',
  'prompt_cache_key',
  'reasoning_effort',
  'safety_identifier',
  'service_tier',
  'store',
  'user',
  'verbosity',
];
const KNOWN = new Set([
  'model',
  'messages',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'seed',
  'n',
  'stop',
  'stream',
  'stream_options',
  'response_format',
  'tools',
  'tool_choice',
  'metadata',
  ...WITHOUT_EFFECT,
]);

/** @throws ApiError 400 that names the first offending parameter, as OpenAI does. */
export function parseChatRequest(body: unknown): ChatRequest {
  expect(isObject(body), 'body', 'a JSON object');
  const unknown = Object.keys(body).find((name) => !KNOWN.has(name));
  if (unknown !== undefined)
    throw badRequest(`Unrecognized request argument supplied: ${unknown}`, unknown, 'unknown_parameter');
  expect(typeof body['model'] === 'string' && body['model'] !== '', 'model', 'the id of a model');
  const messages = parseMessages(body['messages']);
  const tools = parseTools(body['tools']);
  return {
    model: body['model'],
    messages,
    ...parseSampling(body),
    ...parseDelivery(body),
    responseFormat: parseResponseFormat(body['response_format'], messages),
    tools,
    toolChoice: parseToolChoice(body['tool_choice'], tools),
    metadata: parseMetadata(body['metadata']),
    attachments: attachmentsOf(body),
    sha256: hashOf(body),
  };
}

function parseSampling(body: Fields): Pick<ChatRequest, 'maxTokens' | 'temperature' | 'topP' | 'seed' | 'stop'> {
  const old = optionalInteger(body, 'max_tokens', 1);
  const current = optionalInteger(body, 'max_completion_tokens', 1);
  expect(old === null || current === null, 'max_tokens', 'only one of max_tokens and max_completion_tokens');
  expect((body['n'] ?? 1) === 1, 'n', '1: scripted models give one choice');
  return {
    maxTokens: current ?? old,
    temperature: optionalNumber(body, 'temperature', 0, 2),
    topP: optionalNumber(body, 'top_p', 0, 1),
    seed: optionalInteger(body, 'seed', Number.MIN_SAFE_INTEGER),
    stop: parseStop(body['stop']),
  };
}

function parseStop(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const usable = list.length <= 4 && list.every((item) => typeof item === 'string' && item !== '');
  expect(usable, 'stop', 'a non-empty string or up to four of them');
  return list as string[];
}

function parseDelivery(body: Fields): Pick<ChatRequest, 'stream' | 'includeUsage'> {
  const stream = optionalBoolean(body, 'stream');
  const options = body['stream_options'] ?? null;
  if (options === null) return { stream, includeUsage: false };
  expect(stream && isObject(options), 'stream_options', 'an object, and only when stream is true');
  return { stream, includeUsage: optionalBoolean(options, 'include_usage', 'stream_options.include_usage') };
}

export function parseMetadata(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  expect(isObject(value) && Object.keys(value).length <= 16, 'metadata', 'an object of up to 16 strings');
  const usable = Object.values(value).every((item) => typeof item === 'string' && item.length <= 512);
  expect(usable, 'metadata', 'values that are strings of up to 512 characters');
  return value as Record<string, string>;
}

function attachmentsOf(body: Fields): string[] {
  return [body['tools'], body['response_format']].flatMap((part) =>
    isObject(part) || Array.isArray(part) ? [JSON.stringify(part)] : [],
  );
}

/** Metadata names the attempt and streaming is only delivery: neither makes it another question. */
export function hashOf(body: Fields): string {
  const asked = Object.fromEntries(
    Object.entries(body).filter(([name]) => !['metadata', 'stream', 'stream_options', 'user'].includes(name)),
  );
  return createHash('sha256').update(canonicalJson(asked)).digest('hex');
}
