import { startModelServer, type ModelServer } from '../../support/model-server';
import { anthropicOf, clientOf, user } from './clients';

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.stop());

const PATHS = { openai: '/chat/completions', anthropic: '/messages' };
type WireName = keyof typeof PATHS;
const WIRES: WireName[] = ['openai', 'anthropic'];

/** Asks as plainly as possible, because the faults here are such that clients fail on. */
function ask(wire: WireName, fault: string, stream: boolean): Promise<Response> {
  const usage = wire === 'openai' && stream ? { stream_options: { include_usage: true } } : {};
  const messages = [user('[[answer: one two three]]')];
  const body = { model: 'scripted-echo', max_tokens: 500, stream, messages, ...usage };
  const headers = { 'x-api-key': 'k', 'anthropic-version': '2023-06-01', 'x-longhaul-fault': fault };
  return fetch(`${server.url}${PATHS[wire]}`, { method: 'POST', body: JSON.stringify(body), headers });
}

const cases = WIRES.flatMap((wire) => [true, false].map((stream): [WireName, boolean] => [wire, stream]));

describe.each(cases)('on the wire of %s, streamed: %s', (wire, stream) => {
  test.each([429, 400, 401, 402, 403, 404, 413, 500, 503])('%i', async (status) => {
    const response = await ask(wire, String(status), stream);
    const { error, type } = (await response.json()) as { error: { type: string; message: string }; type?: string };
    expect(response.status).toBe(status);
    expect(error.message).not.toBe('');
    expect(type).toBe(wire === 'anthropic' ? 'error' : undefined);
  });

  test('huge: as many megabytes as asked for, and then the end', async () => {
    const bytes = (await (await ask(wire, 'huge:mb=3', stream)).arrayBuffer()).byteLength;
    expect(bytes).toBeGreaterThan(3 * 1_048_576);
    expect(bytes).toBeLessThan(4 * 1_048_576);
  });

  test('gzip-bomb: few bytes on the wire, many when inflated, the answer at their end', async () => {
    const response = await ask(wire, 'gzip-bomb:mb=4', stream);
    const text = await response.text();
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(text.length).toBeGreaterThan(4 * 1_048_576);
    expect(text).toContain('one two three');
    const { bytesSent } = (await server.readLog()).at(-1) as unknown as { bytesSent: number };
    expect(bytesSent).toBeLessThan(100_000);
  });

  test('invalid-utf8: the text has bytes that no decoder takes', async () => {
    const bytes = await (await ask(wire, 'invalid-utf8', stream)).arrayBuffer();
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow(/not valid/);
    expect(new TextDecoder().decode(bytes)).toContain('one two three');
  });

  test('wrong-type: a sound answer with another name', async () => {
    const response = await ask(wire, 'wrong-type', stream);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toContain('one two three');
  });

  test('reply-then-cut: nothing is missing, and the book has it as cut', async () => {
    const text = await (await ask(wire, 'reply-then-cut', stream)).text().catch((error: Error) => error.message);
    expect(text).toMatch(/three|terminated/);
    await server.until(({ inFlight }) => inFlight === 0);
    expect((await server.readLog()).at(-1)).toMatchObject({ kind: 'cut' });
  });

  test('max-tokens and forbidden-tool end as the wire says it', async () => {
    const length = wire === 'openai' ? '"finish_reason":"length"' : '"stop_reason":"max_tokens"';
    expect(await (await ask(wire, 'max-tokens', stream)).text()).toContain(length);
    expect(await (await ask(wire, 'forbidden-tool', stream)).text()).toContain('delete_everything');
  });

  test('usage may be reported as nonsense', async () => {
    const text = await (await ask(wire, 'usage:input=0,output=-7', stream)).text();
    expect(text).toMatch(wire === 'openai' ? /"completion_tokens":-7/ : /"output_tokens":-7/);
  });

  test('double-end ends twice where there is an end to repeat', async () => {
    const response = await ask(wire, 'double-end', stream);
    const end = wire === 'openai' ? 'data: [DONE]' : 'event: message_stop';
    expect(response.status).toBe(stream ? 200 : 400);
    expect((await response.text()).split(end)).toHaveLength(stream ? 3 : 1);
  });
});

test.each<[WireName, string, RegExp]>([
  ['openai', '529', /wire of anthropic only/],
  ['openai', 'context-window', /wire of anthropic only/],
  ['anthropic', 'content-filter', /wire of openai only/],
])('%s refuses %s, which it does not know', async (wire, fault, reason) => {
  const response = await ask(wire, fault, true);
  expect(response.status).toBe(400);
  expect(await response.text()).toMatch(reason);
});

test('what only Anthropic knows: 529 and the full context', async () => {
  const overloaded = await ask('anthropic', '529', false);
  expect(overloaded.status).toBe(529);
  expect(await overloaded.text()).toContain('overloaded_error');
  expect(await (await ask('anthropic', 'context-window', true)).text()).toContain('model_context_window_exceeded');
});

describe('rate limits', () => {
  test('are enforced per model and for all, in requests and tokens, and published on every answer of both wires', async () => {
    const limited = await startModelServer({
      limits: ['requests=3/60', 'tokens=1000/60:scripted-echo', 'output-tokens=500/60:scripted-echo'],
    });
    const anthropic = anthropicOf(limited).messages;
    const say = (content: string) => ({
      model: 'scripted-echo',
      max_tokens: 4_000,
      messages: [{ role: 'user' as const, content }],
    });
    const first = await anthropic.create(say('[[tokens: 400]]')).withResponse();
    const spent = first.data.usage.input_tokens + 400;
    const published = (name: string) => first.response.headers.get(`anthropic-ratelimit-${name}`);
    expect(published('requests-remaining')).toBe('2');
    expect(published('tokens-remaining')).toBe(String(1000 - spent));
    expect(published('output-tokens-remaining')).toBe('100');
    expect(Date.parse(published('requests-reset')!)).toBeGreaterThan(Date.now());
    await expect(anthropic.create(say('[[tokens: 101]]'))).rejects.toMatchObject({
      status: 429,
      type: 'rate_limit_error',
    });
    const completions = clientOf(limited).chat.completions;
    const { response } = await completions
      .create({ model: 'scripted-echo', messages: [user('x')], max_tokens: 50 })
      .withResponse();
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('1');
    await completions.create({ model: 'scripted-erp', messages: [user('[[tokens: 900]]')] });
    const refused = await completions
      .create({ model: 'scripted-erp', messages: [user('x')] })
      .catch((error: unknown) => error as { status: number; headers: Headers });
    expect(refused).toMatchObject({ status: 429 });
    expect((refused as { headers: Headers }).headers.get('x-ratelimit-remaining-requests')).toBe('0');
    await limited.stop();
  });

  test.each<[string, RegExp | null, RegExp | null]>([
    ['seconds', /^\d+$/, null],
    ['ms', null, /^\d+$/],
    ['date', /GMT$/, null],
    ['none', null, null],
  ])('a 429 names the wait as asked: %s', async (retryAfter, seconds, ms) => {
    const limited = await startModelServer({ limits: ['requests=1/60'], retryAfter });
    const ask = () => clientOf(limited).chat.completions.create({ model: 'scripted-echo', messages: [user('x')] });
    await ask();
    const { headers } = (await ask().catch((error: unknown) => error)) as { headers: Headers };
    expect(headers.get('retry-after')).toEqual(seconds === null ? null : expect.stringMatching(seconds));
    expect(headers.get('retry-after-ms')).toEqual(ms === null ? null : expect.stringMatching(ms));
    await limited.stop();
  });
});
