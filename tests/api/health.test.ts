import { connectRedis } from '../../src/adapters/redis';
import { createPool } from '../../src/adapters/postgres';
import { connectTemporalLazily } from '../../src/adapters/temporal';
import { startApi, type ApiUnderTest } from '../support/api';

let under: ApiUnderTest;
beforeAll(async () => void (under = await startApi()));
afterAll(() => under.close());

describe('health', () => {
  it('names each service with latency and version', async () => {
    const { body } = await under.api.get('/health').expect(200);
    expect(body.status).toBe('up');
    expect(body.dependencies.map(({ name }: { name: string }) => name)).toEqual([
      'postgres',
      'temporal',
      'redis',
      'payloads',
    ]);
    for (const dependency of body.dependencies.slice(0, 3)) {
      expect(dependency).toMatchObject({
        status: 'up',
        latencyMs: expect.any(Number),
        version: expect.stringMatching(/^\d+\.\d+/),
        detail: null,
      });
    }
  });

  it('is degraded without Temporal and Redis, and still ready', async () => {
    const temporal = connectTemporalLazily({ address: '127.0.0.1:1', namespace: 'default' });
    const redis = connectRedis('redis://user:canary-password@127.0.0.1:1', { onError: () => undefined });
    const without = await under.variant((deps) => ({ ...deps, temporal, redis }));
    const { body, text } = await without.api.get('/health').expect(200);
    expect(body.status).toBe('degraded');
    expect(
      Object.fromEntries(
        body.dependencies.map((dependency: { name: string; status: string }) => [dependency.name, dependency.status]),
      ),
    ).toEqual({ postgres: 'up', temporal: 'down', redis: 'down', payloads: 'up' });
    expect(text).not.toContain('canary');
    await without.stranger.get('/readyz').expect(200, { status: 'up' });
    await temporal.close();
    redis.disconnect();
  });

  it('is down without PostgreSQL: every request that needs it says 503 and nothing of where it was', async () => {
    const pool = createPool('postgres://canary-user:canary-password@127.0.0.1:1/canary', { queryTimeoutMs: 1_000 });
    const without = await under.variant((deps) => ({ ...deps, pool }));
    await without.stranger.get('/livez').expect(200, { status: 'up' });
    await without.stranger.get('/readyz').expect(503, { status: 'down' });
    expect((await without.api.get('/health').expect(503)).body.status).toBe('down');
    const answers = await Promise.all([
      without.api.get('/runs'),
      without.api.get('/system/status'),
      without.api.post('/runs').set('idempotency-key', 'k').send({ graph: 'x' }),
      without.api.post('/runs').send({ graph: 'x' }),
    ]);
    for (const { status, body, text, headers } of answers) {
      expect([status, body.code, headers['retry-after']]).toEqual([503, 'ServiceUnavailable', '1']);
      expect(text).not.toMatch(/canary|127\.0\.0\.1/);
    }
    expect(under.logged()).not.toContain('canary-password');
    await pool.end();
  });
});
