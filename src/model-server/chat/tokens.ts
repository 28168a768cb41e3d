import { countTokens as count, decode, encode } from 'gpt-tokenizer/encoding/o200k_base';

/** Without this the tokenizer throws on text such as `<|endoftext|>`; in a prompt it is text like any other. */
const PLAIN = { disallowedSpecial: new Set<string>() };

/** OpenAI's published chat overhead: 3 per message, 1 for a name, 3 that prime the reply. */
const PER_MESSAGE = 3;
const PER_NAME = 1;
const PER_REPLY = 3;

export function countTokens(text: string): number {
  return count(text, PLAIN);
}

export interface CountedMessage {
  role: string;
  text: string;
  name?: string;
  /** JSON of the tool calls that an assistant message carries, or the id that a tool message answers. */
  extra?: string;
}

/** Input tokens of one request: the messages with their overhead, and the JSON of tools and schema as plain text. */
export function countInputTokens(messages: readonly CountedMessage[], attachments: readonly string[]): number {
  const messageTokens = messages.reduce((sum, message) => sum + countMessage(message), PER_REPLY);
  return attachments.reduce((sum, text) => sum + countTokens(text), messageTokens);
}

function countMessage(message: CountedMessage): number {
  const name = message.name === undefined ? 0 : PER_NAME + countTokens(message.name);
  const extra = message.extra === undefined ? 0 : countTokens(message.extra);
  return PER_MESSAGE + countTokens(message.role) + countTokens(message.text) + name + extra;
}

/**
 * The first `tokensMax` tokens of a text. A character that the cut would split is left out, and counts as generated:
 * `tokens` is what the model would have been billed for.
 */
export function firstTokens(text: string, tokensMax: number): { text: string; tokens: number; cut: boolean } {
  const tokens = encode(text, PLAIN);
  if (tokens.length <= tokensMax) return { text, tokens: tokens.length, cut: false };
  const head = decode(tokens.slice(0, tokensMax)).replace(/\uFFFD+$/u, '');
  return { text: head, tokens: tokensMax, cut: true };
}
