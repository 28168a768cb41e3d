import { Agent, request } from 'node:http';
import { OpenStreams } from '../../src/api/http/open-streams';
import { startApi, TOKEN, type ApiUnderTest } from '../support/api';
import { until } from '../support/until';

let under: ApiUnderTest;
beforeAll(async () => void (under = await startApi()));
afterAll(() => under.close());

const headers = { authorization: `Bearer ${TOKEN}` };
const artifactsOf = (sessionId: string) => `${under.url}/events/artifacts:${sessionId}`;

test('a subscriber is answered at once, with a comment, before anything is looked for', async () => {
  const { tenant } = under.deps.settings;
  const draft = { tenant, sessionId: 'told', type: 'state' as const, mime: 'text/plain' };
  await under.deps.artifacts.publish(draft, Buffer.from('x'));
  const leaving = new AbortController();
  const answer = await fetch(artifactsOf('told'), { headers, signal: leaving.signal });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  let text = '';
  for await (const bytes of answer.body!) {
    text += Buffer.from(bytes).toString();
    if (text.includes('event: artifact')) break;
  }
  leaving.abort();
  expect(text).toMatch(/^: nothing new\n\nevent: artifact\n/);
});

test('who asks for the head of a stream gets it, and then other answers on the same connection', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const statusOf = (method: string, url: string) =>
    new Promise<[number?, string?]>((resolve, reject) => {
      const asked = request(url, { method, agent, headers }, (answer) => {
        answer.resume().once('end', () => resolve([answer.statusCode, answer.headers['content-type']]));
      });
      asked.once('error', reject).end();
    });
  expect(await statusOf('HEAD', artifactsOf('quiet'))).toEqual([200, 'text/event-stream; charset=utf-8']);
  expect(await statusOf('GET', `${under.url}/runs`)).toEqual([200, 'application/json; charset=utf-8']);
  agent.destroy();
});

test('one process serves so many streams at once; who leaves makes room, and when it ends they are cut', async () => {
  const streams = new OpenStreams(1);
  const { url } = await under.variant((deps) => ({ ...deps, streams }));
  const ask = (path: string, signal?: AbortSignal) => fetch(`${url}${path}`, { headers, signal: signal ?? null });
  const leaving = new AbortController();
  expect((await ask('/events/artifacts:a', leaving.signal)).status).toBe(200);
  for (const path of ['/events/artifacts:b', '/simulations/01938f3a-7c00-7000-8000-0123456789ab/live']) {
    const refused = await ask(path);
    expect([refused.status, await refused.json()]).toEqual([503, expect.objectContaining({ code: 'TooManyStreams' })]);
  }
  leaving.abort();
  const next = await until(
    () => ask('/events/artifacts:b'),
    ({ status }) => status === 200,
  );
  streams.end();
  await expect(next.text()).rejects.toThrow('terminated');
});
