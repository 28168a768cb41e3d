import { httpAgent, type Post } from '../../../../src/adapters/agents/http-agent';
import { question } from '../../../support/agent-question';

const NEVER = new AbortController().signal;
const answering = (answer: Awaited<ReturnType<Post>>) =>
  httpAgent('http://agents.example/decide', () => Promise.resolve(answer)).ask(question(), NEVER);

test('the whole question is posted under the key that every try of it has', async () => {
  const seen: Parameters<Post>[0][] = [];
  const post: Post = (request) => {
    seen.push(request);
    return Promise.resolve({
      status: 200,
      text: '{"decision": {"accept_all_orders": true}, "metrics": {"tokens": 12}}',
    });
  };
  expect(await httpAgent('http://agents.example/decide', post).ask(question(), NEVER)).toEqual({
    decision: { accept_all_orders: true },
    metrics: { tokens: 12 },
  });
  expect(seen[0]).toMatchObject({
    ...{ method: 'POST', url: 'http://agents.example/decide' },
    headers: { 'content-type': 'application/json', 'idempotency-key': 'run/3/seller/0' },
  });
  expect(JSON.parse(seen[0]!.body)).toEqual(question());
});

test.each([
  [500, true],
  [503, true],
  [429, true],
  [408, true],
  [400, false],
  [401, false],
  [404, false],
  [301, false],
])('status %i: asked again %s', async (status, again) => {
  expect(await answering({ status, text: 'no Bearer abc.def please' })).toEqual({
    problem: `it answered with status ${status}: no Bearer [redacted] please`,
    again,
  });
});

const CREDENTIAL = { authorization: 'Bearer a-token-that-nobody-may-see', secret: 'a-token-that-nobody-may-see' };

test('a credential is sent as `authorization`, and an answer that holds it is refused, whatever it is', async () => {
  const seen: (string | undefined)[] = [];
  const posting = (status: number, text: string): Post => {
    return ({ headers }) => {
      seen.push(headers['authorization']);
      return Promise.resolve({ status, text });
    };
  };
  const ask = (status: number, text: string) =>
    httpAgent('http://agents.example/decide', posting(status, text), CREDENTIAL).ask(question(), NEVER);
  expect(await ask(200, '{"decision": {}}')).toEqual({ decision: {}, metrics: {} });
  const refused = { problem: 'its answer holds the credential that it was sent', again: false };
  expect(await ask(200, `{"decision": {"reasoning": "${CREDENTIAL.secret}"}}`)).toEqual(refused);
  expect(await ask(401, `wrong: ${CREDENTIAL.secret}`)).toEqual(refused);
  expect(await ask(200, `no JSON ${CREDENTIAL.secret}`)).toEqual(refused);
  expect(seen).toEqual(Array(4).fill(CREDENTIAL.authorization));
});

test('a guard that quotes the credential out of an answer’s head is not quoted', async () => {
  const post: Post = () => Promise.resolve({ problem: `the answer is of type ${CREDENTIAL.secret}` });
  expect(await httpAgent('http://agents.example/decide', post, CREDENTIAL).ask(question(), NEVER)).toEqual({
    problem: 'its answer holds the credential that it was sent',
    again: false,
  });
});

test('a host that is not reached, or not allowed, is a problem in the guard’s words', async () => {
  expect(await answering({ problem: 'host:1 is not among the allowed hosts (none)' })).toEqual({
    problem: 'host:1 is not among the allowed hosts (none)',
    again: true,
  });
});

test.each([
  ['no JSON', 'Sure! Here are my prices', /no JSON/],
  ['no object', '[1]', /not \{"decision": …\}/],
  ['a field too many', '{"decision": {}, "price": 1}', /price/],
  ['a metric that is no number', '{"decision": {}, "metrics": {"a": "1"}}', /metrics\.a/],
  ['a key that reaches the prototype', '{"decision": {"__proto__": 1}}', /__proto__/],
  ['more text than a history takes', JSON.stringify({ decision: 'x'.repeat(33_000) }), /Larger than 32768/],
])('%s is no answer', async (_, text, expected) => {
  expect(await answering({ status: 200, text })).toEqual({
    problem: expect.stringMatching(expected) as string,
    again: true,
  });
});
