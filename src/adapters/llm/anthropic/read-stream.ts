import type {
  MessageDeltaUsage,
  RawContentBlockDeltaEvent,
  RawContentBlockStartEvent,
  RawMessageStreamEvent,
  Usage as StartUsage,
} from '@anthropic-ai/sdk/resources/messages/messages';
import type { ChatAnswer, FinishReason, ToolCall, Usage } from '../../../domain/llm/chat';
import { ErrorEvent, IncompleteAnswer } from '../wire/incomplete';
import { label } from '../wire/label';

/** What has arrived so far of one answer. */
interface Draft {
  content: string;
  /** By the index of their block; other kinds of blocks have gaps here. */
  toolCalls: Map<number, ToolCall>;
  finishReason: FinishReason | null;
  started: StartUsage | null;
  ended: MessageDeltaUsage | null;
  model: string;
}

/**
 * Reads a stream to its end.
 *
 * @param onContent called for each piece that moves the answer on, with its text if it has any; pings do not come here.
 * @throws IncompleteAnswer without stop reason or usage, ErrorEvent, or what the stream throws.
 */
export async function readStream(
  events: AsyncIterable<RawMessageStreamEvent>,
  onContent: (text?: string) => void,
): Promise<ChatAnswer> {
  const draft: Draft = { content: '', toolCalls: new Map(), finishReason: null, started: null, ended: null, model: '' };
  let id: string | undefined;
  let began = false;
  for await (const event of events) {
    began = true;
    if (event.type === 'message_start') id ??= label(event.message?.id);
    const news = take(draft, event);
    if (news !== null) onContent(news);
  }
  if (!draft.finishReason) throw new IncompleteAnswer('the stream ended without a stop reason', began);
  if (!draft.started || !draft.ended) throw new IncompleteAnswer('the stream ended without usage', began);
  return {
    content: draft.content,
    toolCalls: [...draft.toolCalls.values()].map(withArguments),
    finishReason: draft.finishReason,
    usage: readUsage(draft.started, draft.ended),
    model: draft.model,
    providerRequestId: id,
  };
}

/** Returns the text that the event brought, empty when it brought something else, null when nothing. */
function take(draft: Draft, event: RawMessageStreamEvent): string | null {
  switch (event.type) {
    case 'message_start':
      draft.model = label(event.message?.model) ?? draft.model;
      draft.started = event.message?.usage ?? null;
      return '';
    case 'content_block_start':
      return takeBlock(draft, event);
    case 'content_block_delta':
      return takeDelta(draft, event);
    case 'message_delta':
      draft.ended = event.usage ?? draft.ended;
      if (event.delta?.stop_reason) draft.finishReason = readStopReason(event.delta.stop_reason);
      return '';
    default:
      return null;
  }
}

/** As many as may be declared; a server that goes on and on is broken. */
const TOOL_CALLS_MAX = 128;

function takeBlock(draft: Draft, { index, content_block: block }: RawContentBlockStartEvent): string {
  if (block?.type === 'text') {
    draft.content += block.text ?? '';
    return block.text ?? '';
  }
  if (block?.type !== 'tool_use') return '';
  if (draft.toolCalls.size >= TOOL_CALLS_MAX) throw new ErrorEvent(block);
  const given = Object.keys((block.input as object | null) ?? {}).length > 0 ? JSON.stringify(block.input) : '';
  draft.toolCalls.set(index, { id: label(block.id) ?? '', name: label(block.name) ?? '', argumentsJson: given });
  return '';
}

/** Thinking and citations move the answer on and are no part of it. */
function takeDelta(draft: Draft, { index, delta }: RawContentBlockDeltaEvent): string {
  if (delta?.type === 'text_delta') {
    draft.content += delta.text;
    return delta.text;
  }
  if (delta?.type !== 'input_json_delta') return '';
  const call = draft.toolCalls.get(index);
  if (!call) return ''; // a tool that the provider executes itself; we declare none
  call.argumentsJson += delta.partial_json;
  return '';
}

/** A tool without arguments is called with no piece of them. */
function withArguments(call: ToolCall): ToolCall {
  return { ...call, argumentsJson: call.argumentsJson || '{}' };
}

const STOP_REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['max_tokens', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'refusal'],
  ['pause_turn', 'pause'],
  ['model_context_window_exceeded', 'context_window'],
]);

/** `end_turn`, `stop_sequence` and words of later versions: the model had no more to say. */
export function readStopReason(reason: string): FinishReason {
  return STOP_REASONS.get(reason) ?? 'stop';
}

/**
 * Counts at the end are cumulative and win. Cached tokens are no part of Anthropic's `input_tokens`; of ours they are.
 * Unchecked: whether the numbers can be believed is decided where they are booked.
 */
export function readUsage(started: StartUsage, ended: MessageDeltaUsage): Usage {
  const cached = ended.cache_read_input_tokens ?? started.cache_read_input_tokens ?? 0;
  const written = ended.cache_creation_input_tokens ?? started.cache_creation_input_tokens ?? 0;
  return {
    inputTokens: (ended.input_tokens ?? started.input_tokens) + cached + written,
    outputTokens: ended.output_tokens,
    cachedInputTokens: cached || undefined,
    cacheWriteInputTokens: written || undefined,
  };
}
