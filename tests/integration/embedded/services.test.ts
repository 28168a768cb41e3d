import { Client } from 'pg';
import Redis from 'ioredis';
import { retentionDays, probeTemporal } from '../../../src/adapters/embedded/temporal-probe';
import { probeRedis } from '../../../src/adapters/embedded/redis-probe';
import { freshRedis } from '../../support/redis';

const temporal = process.env['LONGHAUL_TEST_TEMPORAL_ADDRESS']!;
const postgres = process.env['LONGHAUL_TEST_POSTGRES_URL']!;
const redisUrl = process.env['LONGHAUL_TEST_REDIS_URL']!;

describe('the services of this test run', () => {
  it('serve Temporal 1.31 or newer with 30 days of retention', async () => {
    expect(await probeTemporal(temporal, 'default')).toMatch(/^1\.(3[1-9]|[4-9]\d)\./);
    expect(await retentionDays(temporal, 'default')).toBe(30);
  });

  it('serve PostgreSQL on loopback, to those who know the password only', async () => {
    const client = new Client({ connectionString: postgres });
    await client.connect();
    const { rows } = await client.query<{ current_database: string; listen: string }>(
      "select current_database(), current_setting('listen_addresses') as listen",
    );
    await client.end();
    expect(rows).toEqual([{ current_database: 'postgres', listen: '127.0.0.1' }]);

    const url = new URL(postgres);
    url.password = 'wrong';
    await expect(new Client({ connectionString: url.href }).connect()).rejects.toThrow(
      'password authentication failed',
    );
  });

  it('serve Redis that never evicts and keeps an append-only file', async () => {
    expect(await probeRedis(redisUrl)).toMatchObject({ maxmemoryPolicy: 'noeviction' });
    const redis = new Redis(redisUrl);
    expect(await redis.config('GET', 'appendonly')).toEqual(['appendonly', 'yes']);
    redis.disconnect();
  });

  it('give each suite a Redis database of its own', async () => {
    const [one, other] = await Promise.all([freshRedis(), freshRedis()]);
    const [first, second] = [new Redis(one.url), new Redis(other.url)];
    await first.set('key', 'mine');
    expect(await second.get('key')).toBeNull();
    first.disconnect();
    second.disconnect();
    await Promise.all([one.drop(), other.drop()]);
  });
});
