import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AllowedHosts } from '../../../../src/adapters/tools/http/allowed-hosts';
import { guardedRequest } from '../../../../src/adapters/tools/http/guarded-request';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

async function serve(listener: RequestListener): Promise<number> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return (started.address() as AddressInfo).port;
}

const ask = (list: string, url: string, signal = new AbortController().signal) =>
  guardedRequest(new AllowedHosts(list), { method: 'GET', url, headers: {}, signal });

test('reads an address that the list names, and sends what it was given', async () => {
  const port = await serve((request, response) => {
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.end(JSON.stringify({ host: request.headers.host, url: request.url }));
  });
  expect(await ask(`127.0.0.1:${port}`, `http://127.0.0.1:${port}/a?b=1`)).toEqual({
    status: 200,
    contentType: 'application/json; charset=utf-8',
    text: `{"host":"127.0.0.1:${port}","url":"/a?b=1"}`,
  });
});

test('a name on the list that leads to an address inside is refused before anything is sent', async () => {
  let asked = 0;
  const port = await serve((_, response) => {
    asked += 1;
    response.end();
  });
  const answer = await ask(`localhost:${port}`, `http://localhost:${port}/`);
  expect(answer).toMatchObject({ sent: false, problem: expect.stringContaining('is not a public address') as string });
  expect(asked).toBe(0);
});

test.each<[string, RequestListener, string]>([
  [
    'a redirect',
    (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    'a redirect (302), which is not followed',
  ],
  [
    'a picture',
    (_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('x'),
    'of type image/png; only text and JSON are read',
  ],
  [
    'compressed data',
    (_, response) => response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }).end('x'),
    'encoded as gzip',
  ],
  [
    'a type that is long, of which no piece is told,',
    (_, response) => response.writeHead(200, { 'content-type': `image/${'x'.repeat(95)}` }).end('x'),
    'of type something of 101 characters; only',
  ],
  [
    'more than a mebibyte',
    (_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(1024 * 1024 + 1)),
    'larger than 1048576 bytes',
  ],
  ['a connection that is cut', (request) => request.socket.destroy(), 'the request failed'],
])('%s is not read', async (_, listener, problem) => {
  const port = await serve(listener);
  const answer = await ask(`127.0.0.1:${port}`, `http://127.0.0.1:${port}/`);
  expect(answer).toMatchObject({ sent: true, problem: expect.stringContaining(problem) as string });
});

test('nobody listens: it is known that nothing was sent', async () => {
  const port = await serve(() => undefined);
  await new Promise((resolve) => server!.close(resolve));
  server = undefined;
  const answer = await ask(`127.0.0.1:${port}`, `http://127.0.0.1:${port}/`);
  expect(answer).toMatchObject({ sent: false, problem: expect.stringContaining('ECONNREFUSED') as string });
});

test('an abort ends the request, also while the answer comes', async () => {
  const controller = new AbortController();
  const cut = new Promise<void>((resolve) => {
    void serve((_, response) => {
      response.on('close', () => resolve());
      response.writeHead(200, { 'content-type': 'text/plain' }).write('first');
      controller.abort();
    }).then(async (port) => {
      expect(await ask(`127.0.0.1:${port}`, `http://127.0.0.1:${port}/`, controller.signal)).toMatchObject({
        sent: true,
      });
    });
  });
  await cut;
});

test.each(['nowhere', 'http://', 'http://999.1.1.1/'])('%s is no URL', async (url) => {
  expect(await ask('example.org', url)).toMatchObject({
    sent: false,
    problem: expect.stringContaining('is not a URL') as string,
  });
});
