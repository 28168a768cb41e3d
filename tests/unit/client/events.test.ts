import { ApiClient, ApiUnreachable } from '../../../src/client/api-client';

/** Longer than a stream may be silent. */
const LONG_MS = 31_000;

/** An API whose stream says what the test says. */
function scriptedStream() {
  let says!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (says = controller) });
  const fetched = jest.spyOn(globalThis, 'fetch').mockImplementation((_url, init) => {
    init?.signal?.addEventListener('abort', () => says.error(init.signal?.reason));
    return Promise.resolve(new Response(body));
  });
  const say = (text: string) => says.enqueue(new TextEncoder().encode(text));
  return { say, restore: () => fetched.mockRestore() };
}

const EVENT = 'event: tick\ndata: {}\n\n';
const events = () => new ApiClient({ url: 'http://api.invalid', token: undefined }).events('/stream');

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

test('a reader that works for longer than a stream may be silent goes on reading', async () => {
  const { say, restore } = scriptedStream();
  const reading = events();
  say(EVENT);
  await reading.next();
  await jest.advanceTimersByTimeAsync(LONG_MS); // the reader works
  say(EVENT);
  await expect(reading.next()).resolves.toMatchObject({ value: { type: 'tick' } });
  await reading.return(undefined);
  restore();
});

test('a stream that is silent while somebody waits is broken, at its beginning and later', async () => {
  for (const before of ['', EVENT]) {
    const { say, restore } = scriptedStream();
    const reading = events();
    say(before);
    if (before !== '') await reading.next();
    const next = reading.next();
    const silent = expect(next).rejects.toThrow(ApiUnreachable);
    await jest.advanceTimersByTimeAsync(LONG_MS);
    await silent;
    restore();
  }
});
