import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenAiProvider } from '../../../src/adapters/llm/openai';

const ANSWER = [
  { choices: [{ index: 0, delta: { content: 'done' }, finish_reason: 'stop' }] },
  { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } },
];

let server: Server;
let connections = 0;
/** What the provider does once it has the request. */
let respond: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      respond(response);
    });
  });
  server.on('connection', () => (connections += 1));
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

/** One call. Resolves with its answer when the server is rid of its response, too. */
async function call(ending: (response: ServerResponse) => void): Promise<string> {
  const over = new Promise<void>((resolve) => {
    respond = (response) => {
      response.once('close', resolve);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const chunk of ANSWER) response.write(line(chunk));
      response.write('data: [DONE]\n\n');
      ending(response);
    };
  });
  const content = await ask();
  await over;
  return content;
}

function line(chunk: object): string {
  return `data: ${JSON.stringify({ id: 'c', model: 'm', ...chunk })}\n\n`;
}

function providerOfServer(): OpenAiProvider {
  const { port } = server.address() as AddressInfo;
  return new OpenAiProvider({
    name: 'ending',
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKey: 'none-needed',
    dialect: { maxTokensField: 'max_tokens', sendsMetadata: false },
  });
}

async function ask(): Promise<string> {
  return (await complete(providerOfServer())).content;
}

function complete(provider: OpenAiProvider): ReturnType<OpenAiProvider['complete']> {
  return provider.complete({
    request: { model: 'm', messages: [{ role: 'user', content: 'hello' }], maxTokens: 5 },
    attemptKey: 'run/node/0#1',
    deadlines: { headersMs: 5000, idleMs: 5000, totalMs: 10_000 },
    signal: new AbortController().signal,
  });
}

test('attempts that are under way at once through one client each see their own response', async () => {
  let asked = 0;
  respond = (response) => {
    asked += 1;
    const own = `request-${asked}`;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': own });
    response.write(line({ choices: [{ index: 0, delta: { content: own }, finish_reason: 'stop' }] }));
    // The first ones end last, and every third never says that it is complete.
    const end = asked % 3 === 0 ? '' : `${line(ANSWER[1]!)}data: [DONE]\n\n`;
    setTimeout(() => response.end(end), 300 - 20 * asked);
  };
  const provider = providerOfServer();
  const answers = await Promise.allSettled(Array.from({ length: 12 }, () => complete(provider)));
  const whole = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  expect(whole).toHaveLength(8);
  for (const { content, providerRequestId } of whole) expect(providerRequestId).toBe(content);
});

test('a connection is used again, also when the body ends a little after its terminator', async () => {
  connections = 0;
  for (let turn = 0; turn < 10; turn += 1)
    expect(await call((response) => setTimeout(() => response.end(), 20))).toBe('done');
  // The next call may begin before the client has read the last one's end; a connection per call would be ten.
  expect(connections).toBeLessThanOrEqual(3);
});

test('an answer does not wait for a body that never ends, and its connection is given up', async () => {
  expect(await call(() => undefined)).toBe('done');
});

test('an end mark that an answer speaks of ends nothing, wherever the network cuts it', async () => {
  const said = 'The stream ends with data: [DONE], as OpenAI does it.';
  const whole = line({ choices: [{ index: 0, delta: { content: said }, finish_reason: 'stop' }] });
  // 32 characters after the mark's beginning: what is kept of the first piece begins with the mark
  const cut = whole.indexOf('data: [DONE]') + 32;
  respond = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // The client lives in this process: after so many turns it has read what came, each piece alone.
    response.write(whole.slice(0, cut));
    afterTurns(20, () => response.write(whole.slice(cut, cut + 1)));
    afterTurns(40, () => response.end(`${whole.slice(cut + 1)}${line(ANSWER[1]!)}data: [DONE]\n\n`));
  };
  expect(await ask()).toBe(said);
});

function afterTurns(turns: number, work: () => void): void {
  setImmediate(() => (turns === 0 ? work() : afterTurns(turns - 1, work)));
}

test('a redirect is not followed: prompt and key stay with the provider they are for', async () => {
  let asked = 0;
  const elsewhere = createServer((request, response) => {
    asked += 1;
    request.resume();
    response.end();
  });
  await once(elsewhere.listen(0, '127.0.0.1'), 'listening');
  const { port } = elsewhere.address() as AddressInfo;
  respond = (response) => response.writeHead(307, { location: `http://127.0.0.1:${port}/v1/chat/completions` }).end();
  await expect(ask()).rejects.toMatchObject({ facts: { class: 'permanent', status: 307, maybeBilled: false } });
  expect(asked).toBe(0);
  await new Promise((closed) => elsewhere.close(closed));
});
