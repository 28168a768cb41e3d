import { findAgent } from './agent-name';
import { lastUserText, type ModelAnswer, type ModelPrompt, type ScriptedModel } from './scripted-model';

const QUOTE_CHARS_MAX = 400;
const TOKENS_MAX = 100_000;
const DELAY_MS_MAX = 600_000;

/**
 * Repeats what it was told. Directives in the last user message make it do what a test needs:
 * `[[answer: TEXT]]` says exactly TEXT, `[[tokens: N]]` says N tokens, `[[delay: MS]]` takes MS longer,
 * `[[call: NAME {JSON}]]` calls a tool, offered or not.
 */
export const scriptedEcho: ScriptedModel = {
  id: 'scripted-echo',
  description: 'Repeats the prompt; obeys [[answer: …]], [[tokens: N]], [[delay: MS]], [[call: NAME {…}]].',
  contextTokens: 1_000_000,
  answer(prompt) {
    const text = lastUserText(prompt.messages);
    return { ...contentOf(prompt, text), delayMs: delayOf(text), toolCall: toolCallOf(prompt, text) };
  },
};

function contentOf(prompt: ModelPrompt, text: string): ModelAnswer {
  const answer = /\[\[answer:([\s\S]*?)\]\](?!\])/u.exec(text)?.[1];
  if (answer !== undefined) return { text: answer.trim() };
  const tokens = numberOf(text, 'tokens', TOKENS_MAX);
  if (tokens !== undefined) return { text: tokensOf(tokens) };
  return echoOf(prompt, text);
}

/** One token per word, the first included, in the encoding that counts. */
function tokensOf(count: number): string {
  return Array.from({ length: count }, () => 'token').join(' ');
}

function echoOf({ messages, wantsJson, random }: ModelPrompt, text: string): ModelAnswer {
  const variant = random.hex(6);
  const toolResults = messages
    .filter((message) => message.role === 'tool')
    .map((message) => message.text.slice(0, QUOTE_CHARS_MAX));
  const quote = text.slice(0, QUOTE_CHARS_MAX);
  const agent = findAgent(messages);
  if (wantsJson) return { json: { agent, echo: quote, characters: text.length, toolResults, variant } };
  const tools = toolResults.map((result) => ` Tool said: ${result}`).join('');
  return { text: `Echo ${variant} of ${messages.length} message(s): ${quote}${tools}` };
}

function delayOf(text: string): number {
  return numberOf(text, 'delay', DELAY_MS_MAX) ?? 0;
}

function numberOf(text: string, directive: string, max: number): number | undefined {
  const digits = new RegExp(`\\[\\[${directive}:\\s*(\\d{1,9})\\s*\\]\\]`, 'u').exec(text)?.[1];
  return digits === undefined ? undefined : Math.min(max, Number(digits));
}

/** Not repeated once a tool has answered, or the conversation would never end. */
function toolCallOf({ messages }: ModelPrompt, text: string): ModelAnswer['toolCall'] {
  const call = /\[\[call:\s*([\w-]{1,64})\s*(\{[\s\S]*?\})?\s*\]\]/u.exec(text);
  if (call === null || messages.at(-1)?.role === 'tool') return undefined;
  return { name: call[1]!, argumentsJson: call[2] ?? '{}' };
}
