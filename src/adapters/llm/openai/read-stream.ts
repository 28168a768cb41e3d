import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { CompletionUsage } from 'openai/resources/completions';
import {
  FINISH_REASONS,
  type ChatAnswer,
  type FinishReason,
  type ToolCall,
  type Usage,
} from '../../../domain/llm/chat';
import { ErrorEvent, IncompleteAnswer } from '../wire/incomplete';
import { label } from '../wire/label';

/** What has arrived so far of one answer. */
interface Draft {
  content: string;
  refusal: string;
  toolCalls: ToolCall[];
  finishReason: FinishReason | null;
  usage: Usage | null;
  model: string;
}

/**
 * Reads a stream to its end.
 *
 * @param onContent called for each piece that moves the answer on, with its text if it has any; not for keep-alive events.
 * @throws IncompleteAnswer without finish reason or usage, ErrorEvent, or what the stream throws.
 */
export async function readStream(
  chunks: AsyncIterable<ChatCompletionChunk>,
  onContent: (text?: string) => void,
): Promise<ChatAnswer> {
  const draft: Draft = { content: '', refusal: '', toolCalls: [], finishReason: null, usage: null, model: '' };
  let id: string | undefined;
  let began = false;
  for await (const chunk of chunks) {
    began = true;
    id ??= label(chunk.id);
    const news = take(draft, chunk);
    if (news !== null) onContent(news);
  }
  if (!draft.finishReason) throw new IncompleteAnswer('the stream ended without a finish reason', began);
  if (!draft.usage) throw new IncompleteAnswer('the stream ended without usage', began);
  const refused = draft.refusal !== '' && draft.finishReason === 'stop';
  return {
    content: draft.content || draft.refusal,
    toolCalls: draft.toolCalls,
    finishReason: refused ? 'refusal' : draft.finishReason,
    usage: draft.usage,
    model: draft.model,
    providerRequestId: id,
  };
}

/** Returns the text that the chunk brought, empty when it brought something else, null when nothing. */
function take(draft: Draft, chunk: ChatCompletionChunk): string | null {
  if (!Array.isArray(chunk.choices)) return passOver(chunk);
  draft.model = label(chunk.model) ?? draft.model;
  if (chunk.usage) draft.usage = readUsage(chunk.usage);
  const choice = chunk.choices.find((candidate) => candidate.index === 0);
  if (!choice) return chunk.usage ? '' : null;
  const { content, refusal, tool_calls: toolCalls } = choice.delta ?? {};
  draft.content += content ?? '';
  draft.refusal += refusal ?? '';
  for (const part of toolCalls ?? []) takeToolCall(draft, part);
  if (choice.finish_reason) draft.finishReason = readFinishReason(choice.finish_reason);
  const text = content || refusal;
  return text || (toolCalls?.length || choice.finish_reason ? '' : null);
}

/** Events of other kinds (created, ping) are no content and no harm; an error event ends the answer. */
function passOver(event: object): null {
  if ('type' in event && event.type === 'error') throw new ErrorEvent(event);
  return null;
}

function takeToolCall(draft: Draft, part: ChatCompletionChunk.Choice.Delta.ToolCall): void {
  const next = Math.min(draft.toolCalls.length, TOOL_CALLS_MAX - 1);
  if (!Number.isSafeInteger(part.index) || part.index < 0 || part.index > next) throw new ErrorEvent(part);
  const call = (draft.toolCalls[part.index] ??= { id: '', name: '', argumentsJson: '' });
  call.id ||= part.id ?? '';
  call.name += part.function?.name ?? '';
  call.argumentsJson += part.function?.arguments ?? '';
}

const OTHER_WORDS: ReadonlyMap<string, FinishReason> = new Map([
  ['function_call', 'tool_calls'],
  ['max_tokens', 'length'],
]);

/** What compatible servers say besides (`eos`, `end_turn`) means that the model had no more to say. */
export function readFinishReason(reason: string): FinishReason {
  return FINISH_REASONS.find((known) => known === reason) ?? OTHER_WORDS.get(reason) ?? 'stop';
}

/** As many as OpenAI allows to be declared; a server that goes on and on is broken. */
const TOOL_CALLS_MAX = 128;

/** As reported, unchecked: whether the numbers can be believed is decided where they are booked. */
export function readUsage(usage: CompletionUsage): Usage {
  return {
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens,
    cachedInputTokens: usage.prompt_tokens_details?.cached_tokens ?? undefined,
    cacheWriteInputTokens: usage.prompt_tokens_details?.cache_write_tokens ?? undefined,
  };
}
