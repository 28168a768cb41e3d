import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startModelServer } from '../../support/model-server';
import { until } from '../../support/until';
import { clientOf, user } from './clients';

const hello = { model: 'scripted-echo', messages: [user('hello')] };

test('the billing line is on disk before the answer, and says what the answer costs', async () => {
  const server = await startModelServer({ latency: 'fixed:50' });
  const call = clientOf(server)
    .chat.completions.create(hello, { headers: { 'x-longhaul-attempt': encodeURI('run-1/prüfer/2#3') } })
    .withResponse();
  await server.until((state) => state.inFlight === 1);
  const { data, request_id: requestId } = await call;
  const [line] = await server.readAccepted();
  expect(line).toEqual({
    kind: 'accepted',
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*\.\d{3}Z$/) as string,
    requestId,
    attemptKey: 'run-1/prüfer/2#3',
    model: 'scripted-echo',
    agent: 'prüfer',
    inputTokens: data.usage!.prompt_tokens,
    outputTokens: data.usage!.completion_tokens,
    bytes: Buffer.byteLength(data.choices[0]!.message.content!),
    requestSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    stream: false,
    latencyMs: 50,
    fault: null,
  });
  await server.stop();
});

test('100 held answers are all booked while nobody has one; released by count, then all', async () => {
  const server = await startModelServer();
  await server.hold();
  let answered = 0;
  const calls = Array.from({ length: 100 }, () =>
    clientOf(server)
      .chat.completions.create(hello)
      .then(() => answered++),
  );
  await server.until((state) => state.held === 100);
  expect(answered).toBe(0);
  expect(await server.readAccepted()).toHaveLength(100);
  await server.release(10);
  await server.until((state) => state.completed === 10);
  expect(await server.state()).toMatchObject({ held: 90, holding: true, inFlight: 90 });
  await server.release();
  await Promise.all(calls);
  expect(await server.until((state) => state.inFlight === 0)).toMatchObject({
    accepted: 100,
    completed: 100,
    held: 0,
    holding: false,
  });
  await server.stop();
});

test('a held call whose client leaves is let go and booked as cut', async () => {
  const server = await startModelServer();
  await server.hold();
  const call = clientOf(server).chat.completions.create(hello, { signal: AbortSignal.timeout(200) });
  await expect(call).rejects.toThrow();
  expect(await server.until((state) => state.inFlight === 0)).toMatchObject({ accepted: 1, cut: 1, held: 0 });
  await server.stop();
});

test('requests per minute are enforced and published', async () => {
  const server = await startModelServer({ requestsPerMinute: 3 });
  const call = () => clientOf(server).chat.completions.create(hello).withResponse();
  const remaining = [];
  for (let index = 0; index < 3; index++)
    remaining.push((await call()).response.headers.get('x-ratelimit-remaining-requests'));
  expect(remaining).toEqual(['2', '1', '0']);
  const error = (await call().catch((failure: unknown) => failure)) as { status: number; headers: Headers };
  expect(error.status).toBe(429);
  expect(Number(error.headers.get('retry-after-ms'))).toBeGreaterThan(30_000);
  expect(error.headers.get('x-ratelimit-limit-requests')).toBe('3');
  // A refusal costs nothing, so it is answered before it is on disk.
  const kinds = async () => (await server.readLog()).map((line) => line.kind);
  expect(await until(kinds, (found) => found.includes('rejected'))).toContain('accepted');
  await server.stop();
});

test('the book survives kill -9, a torn line included, and GET /control/log returns it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-book-'));
  const logFile = join(folder, 'book.jsonl');
  const first = await startModelServer({ logFile });
  await clientOf(first).chat.completions.create(hello);
  expect(await first.stop('SIGKILL')).toBeNull();
  await appendFile(logFile, '{"kind":"acc');
  const second = await startModelServer({ logFile });
  await clientOf(second).chat.completions.create(hello);
  const text = await (await fetch(new URL('/control/log', second.url))).text();
  const lines = text.split('\n').filter(Boolean);
  expect(lines.filter((line) => line.startsWith('{"kind":"accepted"') && line.endsWith('}'))).toHaveLength(2);
  expect(lines).toContain('{"kind":"acc');
  await second.stop();
  await rm(folder, { recursive: true });
});

test('SIGTERM lets answers under way end, ends endless ones, and leaves with code 0', async () => {
  const server = await startModelServer({ latency: 'fixed:400' });
  const client = clientOf(server);
  const slow = client.chat.completions.create(hello);
  const hung = client.chat.completions
    .create(hello, { headers: { 'x-longhaul-fault': 'hang' } })
    .catch((error: Error) => error);
  await server.until((state) => state.inFlight === 2);
  const stopped = server.stop();
  expect((await slow).choices[0]!.finish_reason).toBe('stop');
  expect(await hung).toBeInstanceOf(Error);
  expect(await stopped).toBe(0);
});

test('control is for JSON from this machine only', async () => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address !== undefined && !address.internal && address.family === 'IPv4');
  const server = await startModelServer({ host: '0.0.0.0' });
  const { port } = new URL(server.url);
  const form = await fetch(`http://127.0.0.1:${port}/control/hold`, { method: 'POST', body: '{}' });
  expect(form.status).toBe(415);
  expect((await fetch(`http://127.0.0.1:${port}/control/nothing`)).status).toBe(404);
  if (outside !== undefined) expect((await fetch(`http://${outside.address}:${port}/control/state`)).status).toBe(403);
  expect(await server.stop()).toBe(0);
});

test.each([[['--latency', 'sometimes']], [['--fault', '429:often=yes']], [['--port', 'x']], [['--surprise']]])(
  'a bad flag is named and ends the program: %j',
  async (flags) => {
    const { spawnSync } = await import('node:child_process');
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(__dirname, '../../../dist/model-server/main.js'), ...flags],
      { encoding: 'utf8' },
    );
    expect(status).toBe(2);
    expect(stderr).toContain(flags.at(-1)!.split(':')[0]);
  },
);
