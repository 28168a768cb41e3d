import { TOKEN } from './api';
import { eventually } from './until';

export interface ServerEvent {
  type: string;
  id?: string;
  data: Record<string, unknown>;
}

/** What a viewer has received so far. */
export interface Viewer {
  events: ServerEvent[];
  /** The first event that `wanted` holds of, once it has come. */
  first(what: string, wanted: (event: ServerEvent) => boolean): Promise<ServerEvent>;
  /** When the server has ended the stream. */
  ended: Promise<void>;
}

/** Reads server-sent events as an EventSource does. */
export async function viewerOf(url: string, headers: Record<string, string> = {}): Promise<Viewer> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
  if (answer.status !== 200 || !answer.body) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  const events: ServerEvent[] = [];
  const ended = (async (body: AsyncIterable<Uint8Array>) => {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of body) {
      const blocks = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
      text = blocks.pop()!;
      events.push(...blocks.flatMap(eventOf));
    }
  })(answer.body);
  const first = (what: string, wanted: (event: ServerEvent) => boolean) =>
    eventually(what, () => events.find(wanted)) as Promise<ServerEvent>;
  return { events, first, ended };
}

/** A comment is no event. */
function eventOf(block: string): ServerEvent[] {
  const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line]));
  const read = (name: string) => fields.get(name)?.slice(name.length + 2);
  const data = read('data');
  if (data === undefined) return [];
  return [{ type: read('event')!, id: read('id'), data: JSON.parse(data) as Record<string, unknown> }];
}
