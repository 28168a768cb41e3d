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
/** What a provider does after the terminator of its stream. */
let finish: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const chunk of ANSWER) response.write(`data: ${JSON.stringify({ id: 'c', model: 'm', ...chunk })}\n\n`);
      response.write('data: [DONE]\n\n');
      finish(response);
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
    finish = (response) => {
      response.once('close', resolve);
      ending(response);
    };
  });
  const { port } = server.address() as AddressInfo;
  const provider = new OpenAiProvider({
    name: 'ending',
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKey: 'none-needed',
    dialect: { maxTokensField: 'max_tokens', sendsMetadata: false },
  });
  const answer = await provider.complete({
    request: { model: 'm', messages: [{ role: 'user', content: 'hello' }], maxTokens: 5 },
    attemptKey: 'run/node/0#1',
    deadlines: { headersMs: 5000, idleMs: 5000, totalMs: 10_000 },
    signal: new AbortController().signal,
  });
  await over;
  return answer.content;
}

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
