import { expect, isObject, optionalBoolean, type Fields } from '../chat/fields';
import { parseChatRequest, type ChatRequest } from '../chat/request';
import { badRequest } from '../http/api-error';
import { toChatMessages } from './input';

/** A validated request of the Responses API: the question as chat knows it, and how its answer is delivered and kept. */
export interface ResponseRequest {
  chat: ChatRequest;
  background: boolean;
  store: boolean;
  /** Fields that the response object repeats, as they came. */
  echo: Fields;
}

/** Accepted as OpenAI accepts them, without an effect on scripted answers. */
const WITHOUT_EFFECT = [
  'include',
  'max_tool_calls',
  'parallel_tool_calls',
  'prompt_cache_key',
  'prompt_cache_retention',
  'reasoning',
  'safety_identifier',
  'service_tier',
  'stream_options',
  'top_logprobs',
  'truncation',
  'user',
];
/** OpenAI's Responses API has no `seed`; here it is accepted, so that an answer is the same as that of chat. */
const PASSED_ON = ['model', 'temperature', 'top_p', 'seed', 'stream', 'metadata'];
const TRANSLATED = ['input', 'instructions', 'max_output_tokens', 'text', 'tools', 'tool_choice'];
const KNOWN = new Set([...PASSED_ON, ...TRANSLATED, 'background', 'store', ...WITHOUT_EFFECT]);
/** Below it OpenAI refuses the request. */
const OUTPUT_TOKENS_MIN = 16;

/** @throws ApiError 400 that names the first offending parameter. */
export function parseResponseRequest(body: unknown): ResponseRequest {
  expect(isObject(body), 'body', 'a JSON object');
  const unknown = Object.keys(body).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) throw badRequest(`Unknown parameter: '${unknown}'.`, unknown, 'unknown_parameter');
  const background = optionalBoolean(body, 'background');
  const store = (body['store'] ?? true) === true;
  expect(store || !background, 'store', 'true with background: a background response is read from where it is stored');
  return { chat: parseChatRequest(chatBody(body)), background, store, echo: body };
}

/** The same question in the words of chat, so that both have one answer, one hash and one count of tokens. */
function chatBody(body: Fields): Fields {
  const passedOn = PASSED_ON.filter((name) => name in body).map((name) => [name, body[name]]);
  const maxTokens = body['max_output_tokens'] ?? null;
  const enough = maxTokens === null || (typeof maxTokens === 'number' && maxTokens >= OUTPUT_TOKENS_MIN);
  expect(enough, 'max_output_tokens', `an integer >= ${OUTPUT_TOKENS_MIN}`);
  const translated = {
    messages: toChatMessages(body['input'], body['instructions']),
    max_completion_tokens: maxTokens,
    response_format: responseFormat(body['text']),
    tools: tools(body['tools']),
    tool_choice: toolChoice(body['tool_choice']),
  };
  return { ...Object.fromEntries(passedOn), ...withoutNothing(translated) };
}

function withoutNothing(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}

function responseFormat(text: unknown): unknown {
  if (text === undefined || text === null) return undefined;
  expect(isObject(text), 'text', 'an object');
  const format = text['format'] ?? undefined;
  if (!isObject(format) || format['type'] !== 'json_schema') return format;
  const { name, schema } = format;
  return { type: 'json_schema', json_schema: { name, schema } };
}

function tools(value: unknown): unknown {
  if (!Array.isArray(value) || value.length === 0) return value === null || value === undefined ? undefined : value;
  return value.map((tool: unknown, index) => {
    expect(isObject(tool) && tool['type'] === 'function', `tools[${index}]`, 'a tool {"type": "function", …}');
    const { name, description, parameters } = tool;
    return { type: 'function', function: { name, description, parameters: parameters ?? undefined } };
  });
}

function toolChoice(value: unknown): unknown {
  if (!isObject(value)) return value ?? undefined;
  return { type: 'function', function: { name: value['name'] } };
}
