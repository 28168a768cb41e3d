/** Enough to find a terminator that was cut in two by the network. */
const TAIL_CHARS = 32;
/** How long a server may take to end the body after its terminator; then its connection is given up. */
const DRAIN_MS = 1_000;

export interface GuardedResponse {
  /** The stream's own end mark arrived; without it the answer was cut. */
  terminated: boolean;
  status: number | null;
  headers: Record<string, string>;
}

/** The provider's own name for the request, under either of its header names. */
export function requestIdOf({ headers }: GuardedResponse): string | undefined {
  return headers['x-request-id'] ?? headers['request-id'];
}

/** The body grew past its cap: counted after decoding, so that a compressed bomb counts in full. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/**
 * A fetch for one attempt: bounds the decoded body, notes the terminator and ends the stream there (a server that
 * keeps the connection open after it would hold the attempt until its deadline), keeps the status and headers.
 * The client reads whole lines and whole error bodies into memory, so the cap has to sit below it.
 */
export function guardedFetch(maxBytes: number, terminator: RegExp | null, seen: GuardedResponse): typeof fetch {
  return async (input, init) => {
    // A redirect would carry the prompt, and a key that is no Authorization header, to whatever host it names.
    const response = await fetch(input, { ...init, redirect: 'manual' });
    seen.status = response.status;
    seen.headers = Object.fromEntries(response.headers);
    if (!response.body) return response;
    return new Response(guard(response.body.getReader(), maxBytes, terminator, seen), {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
}

type BodyReader = ReadableStreamDefaultReader<Uint8Array>;

function guard(
  body: BodyReader,
  maxBytes: number,
  terminator: RegExp | null,
  seen: GuardedResponse,
): ReadableStream<Uint8Array> {
  let bytes = 0;
  // The body begins a line; what is kept of it later may begin anywhere, so a terminator has its line feed before it.
  let tail = '\n';
  return new ReadableStream({
    async pull(controller) {
      const { done, value: chunk } = await body.read();
      if (done) return controller.close();
      bytes += chunk.length;
      if (bytes > maxBytes) throw await tooLarge(body, maxBytes);
      controller.enqueue(chunk);
      const text = tail + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1');
      tail = text.slice(-TAIL_CHARS);
      if (!terminator?.test(text)) return;
      seen.terminated = true;
      controller.enqueue(Buffer.from('\n\n'));
      controller.close();
      void drain(body);
    },
    cancel: (reason) => body.cancel(reason),
  });
}

async function tooLarge(body: BodyReader, maxBytes: number): Promise<BodyTooLarge> {
  await body.cancel().catch(() => undefined); // the connection may be gone already; the cap is what is reported
  return new BodyTooLarge(`the response is larger than ${maxBytes} bytes`);
}

/**
 * Reads what is left after the terminator, mostly nothing but the end: only a body that was read to its end gives its
 * connection back. Cancelled at the terminator, 50 calls of a server that ends 20 ms later opened 51 connections.
 */
async function drain(body: BodyReader): Promise<void> {
  const giveUp = setTimeout(() => void body.cancel().catch(() => undefined), DRAIN_MS).unref();
  try {
    for (let rest = await body.read(); !rest.done;) rest = await body.read();
  } catch {
    // The connection broke after the answer was complete: there is nothing left to lose.
  } finally {
    clearTimeout(giveUp);
  }
}
