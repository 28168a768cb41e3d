import { LRUCache } from 'lru-cache';
import type { ChatMessage, ChatRequest } from '../../domain/llm/chat';
import { parseModelName } from '../../domain/llm/model-name';
import { responseFormat, toolsToWire } from './openai/to-wire';

/** OpenAI's published chat overhead: 3 tokens per message and 3 that prime the reply. */
const TOKENS_PER_MESSAGE = 3;
const TOKENS_PER_REPLY = 3;

/**
 * What is added to the count, because a worst case that is too low is an overspent budget, one too high only waits.
 * The scripted server counts with this same tokenizer: nothing to add. OpenAI's o200k models frame schemas and roles
 * in ways that are not published: 3 %. Other models have other tokenizers: 35 %. Claude's measured ×1.1–1.3, and its
 * newest takes up to 1.35 times the tokens of the one before.
 */
const MARGINS: [RegExp, factor: number, constant: number][] = [
  [/^scripted-/, 1, 0],
  [/^(ft:)?(gpt-4o|gpt-4\.1|gpt-5|gpt-oss|chatgpt-|o[1-9])/, 1.03, 20],
  [/claude-/, 1.8, 64],
];
const OTHER: [factor: number, constant: number] = [1.35, 64];
/** What Anthropic's wire adds by itself: the word that asks for JSON, and the system prompt that comes with tools (346 tokens). */
const ANTHROPIC_EXTRA = 16;
const ANTHROPIC_TOOLS_EXTRA = 400;

/** Text such as `<|endoftext|>` is text in a prompt; without this the tokenizer throws on it. */
const PLAIN = { disallowedSpecial: new Set<string>() };

type Counter = (text: string, options: typeof PLAIN) => number;
let counter: Promise<Counter> | null = null;

/** An upper bound of the request's input tokens, including what a JSON schema adds. */
export async function countInputTokens(request: ChatRequest): Promise<number> {
  const count = await (counter ??= loadCounter());
  const messages = request.messages.reduce(
    (sum, message) => sum + TOKENS_PER_MESSAGE + count(message.role, PLAIN) + tokensOfMessage(message, count),
    TOKENS_PER_REPLY,
  );
  const declared = [responseFormat(request), toolsToWire(request)].filter((part) => part !== undefined);
  const declarations = declared.reduce((sum, part) => sum + tokensOfRepeated(JSON.stringify(part), count), 0);
  const { name, wire } = parseModelName(request.model);
  const [factor, constant] = marginOf(name);
  return (
    Math.ceil((messages + declarations) * factor) + constant + (wire === 'anthropic' ? anthropicExtra(request) : 0)
  );
}

function anthropicExtra({ tools }: ChatRequest): number {
  return ANTHROPIC_EXTRA + (tools?.length ? ANTHROPIC_TOOLS_EXTRA : 0);
}

function tokensOfMessage(message: ChatMessage, count: Counter): number {
  const text = textOf(message);
  return message.role === 'system' ? tokensOfRepeated(text, count) : tokensOf(text, count);
}

/** Everything of a message that is sent, tool calls included. */
function textOf(message: ChatMessage): string {
  if (message.role === 'tool') return `${message.toolCallId}${message.content}`;
  if (message.role !== 'assistant' || !message.toolCalls?.length) return message.content;
  return message.content + JSON.stringify(message.toolCalls);
}

/**
 * The tokenizer takes ever longer with the length of one "word": 20,000 Chinese characters without a mark or a blank
 * stopped the process for 14 s, and with it the heartbeats of all its calls. Text with such words is counted in slices,
 * and each cut may add one token.
 */
const LONG_WORD = /[\p{L}\p{M}]{300}|\s{300}|[^\s\p{L}\p{N}]{300}/u;
const SLICE_CHARS = 300;

/** What one call after the other begins with: a count takes 0.1 ms for each thousand characters. */
const REPEATED_CHARS_MAX = 4_000_000;
const repeated = new LRUCache<string, number>({
  maxSize: REPEATED_CHARS_MAX,
  sizeCalculation: (_tokens, text) => text.length + 1,
});

function tokensOfRepeated(text: string, count: Counter): number {
  const known = repeated.get(text);
  if (known !== undefined) return known;
  const tokens = tokensOf(text, count);
  repeated.set(text, tokens);
  return tokens;
}

function tokensOf(text: string, count: Counter): number {
  if (!LONG_WORD.test(text)) return count(text, PLAIN);
  let tokens = 0;
  for (let at = 0; at < text.length; at += SLICE_CHARS) tokens += count(text.slice(at, at + SLICE_CHARS), PLAIN) + 1;
  return tokens;
}

/** Lazily: the table costs 120 ms and 67 MB, which only a process that pays should have. */
async function loadCounter(): Promise<Counter> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  return countTokens;
}

function marginOf(model: string): [factor: number, constant: number] {
  const margin = MARGINS.find(([pattern]) => pattern.test(model));
  return margin ? [margin[1], margin[2]] : OTHER;
}
