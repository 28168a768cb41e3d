import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { startProgram } from '../support/programs';
import { freshRedis } from '../support/redis';
import { until } from '../support/until';

const TOKEN = 'canary-token-0123456789';
let database: FreshDatabase;
let env: NodeJS.ProcessEnv;
let home: string;
beforeAll(async () => {
  database = await freshDatabase();
  home = await mkdtemp(join(tmpdir(), 'longhaul-api-process-'));
  env = {
    PATH: process.env['PATH'],
    HOME: home,
    DATABASE_URL: database.url,
    REDIS_URL: (await freshRedis()).url,
    TEMPORAL_ADDRESS: process.env['LONGHAUL_TEST_TEMPORAL_ADDRESS'],
    LONGHAUL_PAYLOAD_DIR: home,
    LONGHAUL_API_PORT: '0',
  };
});
afterAll(async () => {
  await database.drop();
  await rm(home, { recursive: true, force: true });
});

const start = (more: NodeJS.ProcessEnv = {}) => startProgram('api/main.js', [], { ...env, ...more });

describe('the process', () => {
  it('says where it serves, and prints the token that it made itself', async () => {
    const api = await start();
    const { url, token } = api.ready as { url: string; token: string };
    expect(token.length).toBeGreaterThanOrEqual(32);
    expect((await fetch(`${url}/runs`)).status).toBe(401);
    expect((await fetch(`${url}/runs`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    expect(api.log()).not.toContain(token);
    expect(await api.stop()).toBe(0);
  });

  it('never shows a token that was configured', async () => {
    const api = await start({ LONGHAUL_API_TOKEN: TOKEN, LONGHAUL_LOG_LEVEL: 'debug' });
    expect(Object.keys(api.ready)).toEqual(['url']);
    const answer = await fetch(`${String(api.ready['url'])}/system/status?x=${TOKEN}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(answer.status).toBe(200);
    await until(api.log, (log) => log.includes('/system/status'));
    expect(api.log()).not.toContain(TOKEN);
    expect(await api.stop()).toBe(0);
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', 'example.invalid'])(
    'refuses to listen on %s without a configured token',
    async (host) => {
      await expect(start({ LONGHAUL_API_HOST: host })).rejects.toThrow(/LONGHAUL_API_TOKEN/);
    },
  );

  it('listens beyond loopback with one', async () => {
    const api = await start({ LONGHAUL_API_HOST: '0.0.0.0', LONGHAUL_API_TOKEN: TOKEN });
    expect(await api.stop()).toBe(0);
  });

  it('refuses another schema version than its own', async () => {
    const admin = new URL(database.url);
    admin.pathname = '/postgres';
    await expect(start({ DATABASE_URL: admin.href })).rejects.toThrow(/longhaul migrate/);
  });

  it('serves while Temporal and Redis are away', async () => {
    const api = await start({ TEMPORAL_ADDRESS: '127.0.0.1:1', REDIS_URL: 'redis://127.0.0.1:1' });
    expect((await fetch(`${String(api.ready['url'])}/readyz`)).status).toBe(200);
    expect(await api.stop()).toBe(0);
  });

  it('answers what has begun when it is told to end', async () => {
    const api = await start({ LONGHAUL_API_TOKEN: TOKEN });
    const { answer, send } = slowRequest(String(api.ready['url']));
    await send('{"name"');
    api.signal('SIGTERM');
    await refused(String(api.ready['url']));
    await send(':7}', true);
    expect(await answer).toBe(422);
    expect(await api.exited).toBe(0);
  });

  it('ends its streams first when it is told to end', async () => {
    const api = await start({ LONGHAUL_API_TOKEN: TOKEN });
    const url = String(api.ready['url']);
    const { answer, send } = slowRequest(url);
    await send('{"name"');
    const headers = { authorization: `Bearer ${TOKEN}` };
    const stream = await fetch(`${url}/events/artifacts:quiet`, { headers });
    api.signal('SIGTERM');
    await expect(stream.text()).rejects.toThrow('terminated');
    await send(':7}', true);
    expect(await answer).toBe(422);
    expect(await api.exited).toBe(0);
  });
});

/** A body that arrives in pieces, so that the request is under way for as long as the test wants. */
function slowRequest(url: string) {
  const sent = request(`${url}/graphs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
  });
  const answer = new Promise<number>((resolve, reject) => {
    sent.once('response', (reply) => {
      reply.resume();
      resolve(reply.statusCode!);
    });
    sent.once('error', reject);
  });
  const send = (text: string, last = false) =>
    new Promise<void>((resolve) => (last ? sent.end(text, resolve) : sent.write(text, () => resolve())));
  return { answer, send };
}

/** Resolves once the server takes no new connection. */
async function refused(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  await until(
    () =>
      new Promise<boolean>((resolve) => {
        const socket = connect(Number(port), hostname, () => socket.destroy());
        socket.once('error', () => resolve(true));
        socket.once('close', () => resolve(false));
      }),
    (isRefused) => isRefused,
  );
}
