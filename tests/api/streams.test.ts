import { Agent, request } from 'node:http';
import { startApi, TOKEN, type ApiUnderTest } from '../support/api';

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
