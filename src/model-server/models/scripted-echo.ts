import { findAgent } from './agent-name';
import {
  lastUserText,
  type ModelAnswer,
  type ModelPrompt,
  type ScriptedCall,
  type ScriptedModel,
} from './scripted-model';

const QUOTE_CHARS_MAX = 400;
const TOKENS_MAX = 100_000;
const DELAY_MS_MAX = 600_000;

/**
 * Repeats what it was told. Directives in the last user message make it do what a test needs:
 * `[[answer: TEXT]]` says exactly TEXT, with `$1`, `$2` … for what the tools have said; `[[tokens: N]]` says N tokens,
 * `[[delay: MS]]` takes MS longer. Tools, offered or not: `[[call: NAME {JSON}]]` in the first answer, all of them at once;
 * `[[then: NAME {JSON}]]` one in each answer after it; `[[always: NAME {JSON}]]` in every answer.
 */
export const scriptedEcho: ScriptedModel = {
  id: 'scripted-echo',
  description:
    'Repeats the prompt; obeys [[answer: …]], [[tokens: N]], [[delay: MS]], [[call: NAME {…}]], [[then: …]], [[always: …]].',
  contextTokens: 1_000_000,
  answer(prompt) {
    const text = lastUserText(prompt.messages);
    return { ...contentOf(prompt, text), delayMs: delayOf(text), toolCalls: toolCallsOf(prompt, text) };
  },
};

function contentOf(prompt: ModelPrompt, text: string): ModelAnswer {
  const answer = /\[\[answer:([\s\S]*?)\]\](?!\])/u.exec(text)?.[1];
  if (answer !== undefined) return { text: withResults(answer.trim(), prompt) };
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

function withResults(answer: string, { messages }: ModelPrompt): string {
  const results = messages.filter(({ role }) => role === 'tool');
  return answer.replace(/\$(\d{1,2})/gu, (whole, number: string) => results[Number(number) - 1]?.text ?? whole);
}

/** By how often it has called tools since it was asked: nobody else remembers. */
function toolCallsOf({ messages }: ModelPrompt, text: string): ModelAnswer['toolCalls'] {
  const asked = messages.findLastIndex(({ role }) => role === 'user');
  const rounds = messages.slice(asked + 1).filter(({ role }) => role === 'assistant').length;
  const scripted = [directives(text, 'call'), ...directives(text, 'then').map((call) => [call])];
  const calls = [...(scripted.filter((round) => round.length > 0)[rounds] ?? []), ...directives(text, 'always')];
  return calls.length === 0 ? undefined : calls;
}

function directives(text: string, kind: 'call' | 'then' | 'always'): ScriptedCall[] {
  const pattern = new RegExp(`\\[\\[${kind}:\\s*([\\w-]{1,64})\\s*(\\{[\\s\\S]*?\\})?\\s*\\]\\]`, 'gu');
  return [...text.matchAll(pattern)].map(([, name, argumentsJson = '{}']) => ({ name: name!, argumentsJson }));
}
