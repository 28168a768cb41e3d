import { chunksOf } from '../delivery/stream';
import { contentPart, outputItems, responseBody } from './body';
import { plannedEnd, type ResponseRecord } from './record';

/** One event of a response's stream and when it comes, in ms from the beginning of the work. */
export interface TimedEvent {
  atMs: number;
  /** `created` and `queued` come before the work begins, the last one with its end. */
  phase: 'accepted' | 'working' | 'ended';
  text: string;
}

type Event = { type: string } & Record<string, unknown>;

/** Share of the latency that passes before the first piece of content. */
const FIRST_CONTENT_SHARE = 0.3;

/** The whole stream, the same for every reader; the number of an event is its place. */
export function eventsOf(record: ResponseRecord): TimedEvent[] {
  const end = plannedEnd(record);
  const content = end === 'failed' ? [] : contentEvents(record);
  const stepMs = content.length === 0 ? 0 : (record.latencyMs * (1 - FIRST_CONTENT_SHARE)) / content.length;
  const firstMs = record.latencyMs * FIRST_CONTENT_SHARE;
  const events: Array<Omit<TimedEvent, 'text'> & { event: Event }> = [
    { phase: 'accepted', atMs: 0, event: { type: 'response.created', response: responseBody(record, 'queued') } },
    { phase: 'accepted', atMs: 0, event: { type: 'response.queued', response: responseBody(record, 'queued') } },
    {
      phase: 'working',
      atMs: 0,
      event: { type: 'response.in_progress', response: responseBody(record, 'in_progress') },
    },
    ...content.map((event, index) => ({ phase: 'working' as const, atMs: firstMs + index * stepMs, event })),
    {
      phase: 'ended',
      atMs: record.latencyMs,
      event: { type: `response.${end}`, response: responseBody(record, end) },
    },
  ];
  return events.map(({ event, ...when }, index) => ({ ...when, text: eventText(event, index) }));
}

export function eventText(event: Event, sequenceNumber: number): string {
  return `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: sequenceNumber })}\n\n`;
}

function contentEvents(record: ResponseRecord): Event[] {
  return outputItems(record).flatMap((item, index) => {
    const at = { item_id: item['id'], output_index: index };
    const inner = item['type'] === 'message' ? messageEvents(record, at) : callEvents(String(item['arguments']), at);
    return [
      {
        type: 'response.output_item.added',
        output_index: index,
        item: { ...item, status: 'in_progress', ...blank(item) },
      },
      ...inner,
      { type: 'response.output_item.done', output_index: index, item },
    ];
  });
}

function blank(item: Record<string, unknown>): Record<string, unknown> {
  return item['type'] === 'message' ? { content: [] } : { arguments: '' };
}

function messageEvents({ generation }: ResponseRecord, at: object): Event[] {
  const part = { ...at, content_index: 0 };
  const refused = generation.refusal !== null;
  const text = generation.refusal ?? generation.content ?? '';
  const kind = refused ? 'response.refusal' : 'response.output_text';
  const logprobs = refused ? {} : { logprobs: [] };
  const empty = contentPart({ ...generation, content: '', refusal: refused ? '' : null });
  return [
    { type: 'response.content_part.added', ...part, part: empty },
    ...chunksOf(text).map((delta) => ({ type: `${kind}.delta`, ...part, delta, ...logprobs })),
    { type: `${kind}.done`, ...part, [refused ? 'refusal' : 'text']: text, ...logprobs },
    { type: 'response.content_part.done', ...part, part: contentPart(generation) },
  ];
}

function callEvents(argumentsJson: string, at: object): Event[] {
  const deltas = chunksOf(argumentsJson).map((delta) => ({
    type: 'response.function_call_arguments.delta',
    ...at,
    delta,
  }));
  return [...deltas, { type: 'response.function_call_arguments.done', ...at, arguments: argumentsJson }];
}
