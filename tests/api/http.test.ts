import { Agent, request } from 'node:http';
import { startApi, TOKEN, type ApiUnderTest } from '../support/api';
import { ROUTES } from '../../src/api/routes';

let under: ApiUnderTest;
beforeAll(async () => void (under = await startApi({ LONGHAUL_API_BODY_LIMIT_BYTES: '100000' })));
afterAll(() => under.close());

const CANARY = 'sk-canary-0123456789abcdef';
const ID = '01938f3a-7c00-7000-8000-0123456789ab';
const pathOf = (path: string) => path.replace('{id}', ID).replace('{ref}', ID).replace('{name}', 'nobody');

describe('who may ask', () => {
  it.each(ROUTES.filter((route) => route.open !== true).map(({ method, path }) => [method, path] as const))(
    'needs the token: %s %s',
    async (method, path) => {
      for (const header of [
        undefined,
        `Bearer ${TOKEN}x`,
        `Bearer ${TOKEN.slice(1)}`,
        `Basic ${TOKEN}`,
        TOKEN,
        'Bearer',
      ]) {
        const asked = under.stranger[method](pathOf(path));
        const { status, headers, body } = await (header === undefined ? asked : asked.set('authorization', header));
        // Below /v1 errors have OpenAI's form and words.
        const expected = path.startsWith('/v1/') ? { error: { code: 'invalid_api_key' } } : { code: 'Unauthorized' };
        expect([header, status, body]).toMatchObject([header, 401, expected]);
        expect(headers['www-authenticate']).toBe('Bearer realm="longhaul"');
      }
    },
  );

  it.each(['/livez', '/readyz', '/openapi.json', '/docs'])(
    'serves %s to everybody',
    async (path) => void (await under.stranger.get(path).expect(200)),
  );

  it('says 401 before it reads a body', async () => {
    await under.stranger
      .post('/graphs')
      .type('json')
      .send(`{"x":"${'x'.repeat(200_000)}"}`)
      .expect(401);
  });
});

describe('bodies', () => {
  it('refuses what is too large with 413', async () => {
    const { body } = await under.api
      .post('/graphs')
      .type('json')
      .send(`{"x":"${'x'.repeat(200_000)}"}`)
      .expect(413);
    expect(body).toMatchObject({ code: 'BodyTooLarge', detail: expect.stringContaining('100000') });
  });

  it.each([
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/jsonp',
    '',
  ])('refuses content type %j with 415', async (type) => {
    const { status, body } = await send('/graphs', type, '{}');
    expect([status, JSON.parse(body).code]).toEqual([415, 'UnsupportedMediaType']);
  });

  it('refuses YAML where only JSON is read', async () =>
    void (await under.api.post('/runs').type('application/yaml').send('graph: x').expect(415)));

  it.each([
    ['not JSON', 'application/json', '{"name": ', 'JSON'],
    ['nothing', 'application/json', '', 'JSON'],
    ['not UTF-8', 'application/json', Buffer.from([0x22, 0xff, 0x22]), 'UTF-8'],
    ['not YAML', 'application/yaml', 'a: [1', 'YAML'],
    ['YAML with a key twice', 'application/yaml', 'a: 1\na: 2', 'YAML'],
    ['YAML that multiplies itself', 'application/yaml', bomb(), 'YAML'],
  ])('refuses %s with 400, and says what it should have been', async (_what, type, text, format) => {
    const { status, body } = await send('/graphs', type, text);
    expect([status, JSON.parse(body).code]).toEqual([400, 'MalformedBody']);
    expect(JSON.parse(body).detail).toMatch(new RegExp(`^The request body is not valid ${format}: \\S`));
  });

  it('names an unknown content-encoding', async () => {
    await under.api.post('/graphs').set('content-encoding', 'rot13').type('json').send('{}').expect(415);
  });
});

describe('addresses', () => {
  it.each([
    '/runs/not-a-uuid',
    `/runs/${ID}`,
    `/runs/${ID}/events`,
    `/artifacts/${ID}`,
    '/artifacts/..%2f..%2fetc%2fpasswd',
    '/graphs/%00',
    '/graphs/%e0%a4%a',
    '/nowhere',
    '/runs/%00',
  ])('knows nothing at %s', async (path) => {
    const { body, headers } = await under.api.get(path).expect(404);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({
      status: 404,
      code: 'NotFound',
      type: 'urn:longhaul:error:NotFound',
      instance: expect.any(String),
      requestId: headers['x-request-id'],
    });
  });

  it.each([
    ['/runs/nonsense', 'Run "nonsense"'],
    ['/runs/nonsense/tasks', 'Run "nonsense"'],
    ['/batches/nonsense', 'Batch "nonsense"'],
    ['/artifacts/nonsense', 'Artifact "nonsense"'],
  ])('says at %s what does not exist', async (path, what) => {
    const { body } = await under.api.get(path).expect(404);
    expect(body.detail).toBe(`${what} does not exist.`);
  });

  it('names the methods that a path has', async () => {
    const { headers } = await under.api.delete('/runs').expect(405);
    expect(headers.allow).toBe('POST, GET, HEAD');
  });

  it.each([
    '/runs?limit=0',
    '/runs?limit=201',
    '/runs?limit=x',
    '/runs?cursor=abc',
    '/runs?cursor=',
    '/runs?status=done',
    '/runs?status=failed&status=failed',
    '/runs?token=x',
    '/graphs?cursor=W10',
    `/graphs?cursor=${Buffer.from('["\\u0000"]').toString('base64url')}`,
    '/runs?cursor=%00',
    `/runs/${ID}/events?type=%00`,
    '/artifacts',
    '/artifacts?session=x&since=yesterday',
    '/artifacts?session=x&cursor=WyJ4Il0',
    `/runs/${ID}/events?after=-1`,
  ])('refuses the query of %s', async (path) => {
    const { body } = await under.api.get(path).expect(422);
    expect(body.problems.length).toBeGreaterThan(0);
  });
});

describe('headers', () => {
  it('keeps a harmless request id and replaces another', async () => {
    expect((await under.api.get('/livez').set('x-request-id', 'job-7.a')).headers['x-request-id']).toBe('job-7.a');
    expect((await under.api.get('/livez').set('x-request-id', 'a b<script>')).headers['x-request-id']).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  });

  it('says nothing of what it is made of, and forbids what a browser should not do', async () => {
    const { headers } = await under.api.get('/livez');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
    });
    expect(headers['content-security-policy']).toContain("script-src 'self'");
  });

  it.each(['', ' ', 'x'.repeat(256), 'clé'])('refuses the idempotency key %j', async (key) => {
    const { status } = await send('/graphs', 'application/json', '{}', {
      'idempotency-key': Buffer.from(key).toString('latin1'),
    });
    expect(status).toBe(422);
  });
});

describe('what it logs', () => {
  it('never holds a secret, wherever the client put it', async () => {
    await under.api.get(`/runs?token=${CANARY}`);
    await under.stranger
      .get('/runs')
      .set('authorization', `Bearer ${CANARY}`)
      .set('cookie', `s=${CANARY}`)
      .set('x-api-key', CANARY);
    await under.api.post('/graphs').send({ name: CANARY, agents: [{ name: CANARY, llmConfig: { apiKey: CANARY } }] });
    await under.api
      .post('/runs')
      .set('idempotency-key', CANARY)
      .send({ graph: CANARY, inputs: { secret: CANARY } });
    const log = under.logged();
    expect(log.split('\n').length).toBeGreaterThan(20);
    expect(log).toContain('"path":"/runs"');
    expect(log).not.toContain(CANARY);
    expect(log).not.toContain(TOKEN);
  });
});

/** Raw requests, where a client library would set headers of its own. */
function send(
  path: string,
  type: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  const agent = new Agent();
  return new Promise((resolve, reject) => {
    const sent = request(
      `${under.url}${path}`,
      {
        method: 'POST',
        agent,
        headers: { authorization: `Bearer ${TOKEN}`, ...(type === '' ? {} : { 'content-type': type }), ...headers },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => {
          agent.destroy();
          resolve({ status: answer.statusCode!, body: text });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

function bomb(): string {
  const levels = Array.from(
    { length: 12 },
    (_, index) => `l${index + 1}: &l${index + 1} [${Array(10).fill(`*l${index}`).join(', ')}]`,
  );
  return `l0: &l0 lol\n${levels.join('\n')}\n`;
}
