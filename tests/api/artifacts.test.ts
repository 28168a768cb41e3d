import { randomBytes, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { startApi, type ApiUnderTest } from '../support/api';

let under: ApiUnderTest;
beforeAll(async () => void (under = await startApi()));
afterAll(() => under.close());

const publish = (sessionId: string, payload: string | Uint8Array, more: object = {}) =>
  under.deps.artifacts.publish(
    { tenant: 'default', sessionId, type: 'state', mime: 'application/json', ...more },
    typeof payload === 'string' ? Buffer.from(payload) : payload,
  );

describe('searching artifacts', () => {
  it('is newest first, filtered before the limit, over pages', async () => {
    const session = randomUUID();
    for (let index = 0; index < 6; index += 1) {
      await publish(session, `{"index":${index}}`, {
        agentId: index % 2 === 0 ? 'even' : 'odd',
        tags: index === 5 ? ['call'] : ['output'],
      });
    }
    const first = await under.api.get('/artifacts').query({ session, agent: 'even', limit: 2 }).expect(200);
    expect(first.body.items.map(({ stepIdx }: { stepIdx: number }) => stepIdx)).toEqual([4, 2]);
    const rest = await under.api
      .get('/artifacts')
      .query({ session, agent: 'even', limit: 2, cursor: first.body.nextCursor })
      .expect(200);
    expect(rest.body).toMatchObject({ items: [{ stepIdx: 0 }], nextCursor: null });
    const tagged = await under.api
      .get('/artifacts')
      .query({ session, tag: 'call', type: 'state', branch: 'main' })
      .expect(200);
    expect(tagged.body.items).toHaveLength(1);
    const future = await under.api.get('/artifacts').query({ session, since: '2999-01-01T00:00:00Z' }).expect(200);
    expect(future.body.items).toEqual([]);
  });

  it('has a header without the tenant, and nothing of another tenant', async () => {
    const session = randomUUID();
    const { ref } = await publish(session, '{}');
    const { body } = await under.api.get('/artifacts').query({ session }).expect(200);
    expect(body.items[0]).toMatchObject({ ref, sessionId: session, branchId: 'main' });
    expect(body.items[0]).not.toHaveProperty('tenant');
    const other = await under.variant((deps) => ({ ...deps, settings: { ...deps.settings, tenant: 'other' } }));
    expect((await other.api.get('/artifacts').query({ session }).expect(200)).body.items).toEqual([]);
    await other.api.get(`/artifacts/${ref}`).expect(404);
  });
});

describe('one artifact', () => {
  it.each([
    ['JSON', 'application/json', '{"a":[1,2]}', 'json', { a: [1, 2] }],
    ['text', 'text/plain', 'Grüße', 'utf8', 'Grüße'],
    ['bytes', 'application/octet-stream', Uint8Array.from([0xff, 0x00]), 'base64', '/wA='],
    ['what is not the JSON that it says', 'application/json', '{oops', 'utf8', '{oops'],
  ])('shows %s', async (_what, mime, payload, encoding, expected) => {
    const { ref } = await publish(randomUUID(), payload, { mime });
    const { body } = await under.api.get(`/artifacts/${ref}`).expect(200);
    expect(body).toMatchObject({ header: { ref, mime }, encoding, payload: expected });
  });

  it('gives the raw bytes as a download that no browser runs', async () => {
    const html = '<script>alert(1)</script>';
    const { ref } = await publish(randomUUID(), html, { mime: 'text/html' });
    const { text, headers } = await under.api.get(`/artifacts/${ref}?raw=1`).expect(200);
    expect(text).toBe(html);
    expect(headers).toMatchObject({
      'content-type': 'text/html',
      'content-disposition': `attachment; filename="${ref}"`,
      'content-security-policy': "sandbox; default-src 'none'",
    });
  });

  it.each([
    ['small', Buffer.from('x')],
    ['large', randomBytes(20_000)],
  ])('names a %s payload that is gone', async (_what, raw) => {
    const gone = await startApi();
    const { ref } = await gone.deps.artifacts.publish(
      { tenant: 'default', sessionId: 's', type: 'state', mime: 'text/plain' },
      raw,
    );
    await gone.api.get(`/artifacts/${ref}`).expect(200);
    await gone.deps.pool.query('DELETE FROM payload');
    await rm(gone.deps.settings.payloads.dir, { recursive: true, force: true });
    const { body } = await gone.api.get(`/artifacts/${ref}`).expect(500);
    expect(body).toMatchObject({ code: 'PayloadMissing', detail: expect.stringContaining(ref) });
    await gone.close();
  });
});
