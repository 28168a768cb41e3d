export interface ServerEvent {
  type: string;
  /** Where to go on from; absent: the event is no place to go on from. */
  id: string | undefined;
  data: unknown;
}

/** Server-sent events, read from the bytes of an answer. Comments say nothing; the data of this API is JSON. */
export async function* readServerEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of bytes) {
    const blocks = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) yield* eventIn(block);
  }
}

function eventIn(block: string): ServerEvent[] {
  const fields = block.split('\n').map((line): [string, string] => {
    const at = line.indexOf(':');
    return [line.slice(0, at), line.slice(at + 1).trimStart()];
  });
  const { event = 'message', id, data } = Object.fromEntries(fields) as Partial<Record<string, string>>;
  return data === undefined ? [] : [{ type: event, id, data: JSON.parse(data) as unknown }];
}
