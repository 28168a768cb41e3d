import { expect, isObject, type Fields } from '../chat/fields';
import { callsOf, type PromptMessage } from '../chat/messages';
import { badRequest } from '../http/api-error';

type Block = Fields & { type: string };

/**
 * System prompt and turns as the messages that scripts read: each tool result is a message of its own, before the text
 * beside it, so that a conversation is the same prompt as on the wire of OpenAI and gets the same answer.
 *
 * @throws ApiError 400
 */
export function parseConversation(body: Fields): PromptMessage[] {
  const turns = body['messages'];
  expect(Array.isArray(turns) && turns.length > 0, 'messages', 'an array of at least one message');
  const parsed = turns.map((turn: unknown, index) => parseTurn(turn, `messages.${index}`));
  checkToolResults(parsed);
  return [...parseSystem(body['system']), ...parsed.flatMap(({ role, blocks }) => messagesOf(role, blocks))];
}

interface Turn {
  role: 'user' | 'assistant';
  blocks: Block[];
}

function parseTurn(turn: unknown, path: string): Turn {
  expect(isObject(turn), path, 'an object');
  const { role, content } = turn;
  expect(role === 'user' || role === 'assistant', `${path}.role`, 'user or assistant; the system prompt is a field');
  return { role, blocks: parseBlocks(content, `${path}.content`, role === 'user' ? USER : ASSISTANT) };
}

const TEXT = ['text'];
const USER = ['text', 'tool_result'];
/** A model's thinking is sent back unread. */
const ASSISTANT = ['text', 'tool_use', 'thinking', 'redacted_thinking'];

function parseBlocks(content: unknown, path: string, types: readonly string[]): Block[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  expect(Array.isArray(content) && content.length > 0, path, 'a string or an array of content blocks');
  return content.map((block: unknown, index) => parseBlock(block, `${path}.${index}`, types));
}

function parseBlock(block: unknown, path: string, types: readonly string[]): Block {
  expect(isObject(block) && types.includes(String(block['type'])), path, `a block of type ${types.join(', ')}`);
  const { type, text, id, name, input, tool_use_id: answered } = block;
  if (type === 'text') expect(typeof text === 'string' && text !== '', `${path}.text`, 'a string that is not empty');
  if (type === 'tool_use') {
    const usable = typeof id === 'string' && typeof name === 'string' && isObject(input);
    expect(usable, path, '{"type": "tool_use", "id": string, "name": string, "input": object}');
  }
  if (type === 'tool_result') expect(typeof answered === 'string', `${path}.tool_use_id`, 'the id of the call');
  return block as Block;
}

/** As Anthropic demands: every call is answered in the very next message, and nothing else is. */
function checkToolResults(turns: readonly Turn[]): void {
  turns.forEach(({ blocks }, index) => {
    const called = idsOf(blocks, 'tool_use', 'id');
    const answered = idsOf(turns[index + 1]?.blocks ?? [], 'tool_result', 'tool_use_id');
    const open = called.filter((id) => !answered.includes(id));
    if (open.length > 0 && index < turns.length - 1) throw unanswered(index, open);
    const strange = answered.filter((id) => !called.includes(id));
    if (strange.length > 0) throw uncalled(index + 1, strange);
  });
  const first = idsOf(turns[0]!.blocks, 'tool_result', 'tool_use_id');
  if (first.length > 0) throw uncalled(0, first);
}

function idsOf(blocks: readonly Block[], type: string, field: string): string[] {
  return blocks.filter((block) => block.type === type).map((block) => block[field] as string);
}

function unanswered(index: number, ids: readonly string[]): Error {
  return badRequest(
    `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  );
}

function uncalled(index: number, ids: readonly string[]): Error {
  return badRequest(
    `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${ids.join(', ')}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
  );
}

function parseSystem(value: unknown): PromptMessage[] {
  if (value === undefined || value === null || value === '') return [];
  return [{ role: 'system', text: textOf(parseBlocks(value, 'system', TEXT)) }];
}

function messagesOf(role: Turn['role'], blocks: readonly Block[]): PromptMessage[] {
  if (role === 'assistant') return [assistantMessage(blocks)];
  const results = blocks.filter(({ type }) => type === 'tool_result').map(toolMessage);
  const said = blocks.filter(({ type }) => type === 'text');
  return said.length === 0 ? results : [...results, { role: 'user', text: textOf(said) }];
}

function assistantMessage(blocks: readonly Block[]): PromptMessage {
  const calls = blocks
    .filter(({ type }) => type === 'tool_use')
    .map((block) => ({ id: block['id'], name: block['name'] as string, input: block['input'] }));
  const text = textOf(blocks.filter(({ type }) => type === 'text'));
  if (calls.length === 0) return { role: 'assistant', text };
  const asked = calls.map(({ name, input }) => ({ name, arguments: input }));
  return { role: 'assistant', text, extra: JSON.stringify(calls), calls: callsOf(asked) };
}

function toolMessage(block: Block, index: number): PromptMessage {
  const content = block['content'] ?? '';
  const text = content === '' ? '' : textOf(parseBlocks(content, `tool_result ${index}.content`, TEXT));
  return { role: 'tool', text, extra: block['tool_use_id'] as string };
}

function textOf(blocks: readonly Block[]): string {
  return blocks.map((block) => block['text'] as string).join('');
}
