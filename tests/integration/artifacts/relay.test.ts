import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ARTIFACT_STREAM } from '../../../src/adapters/redis/artifact-keys';
import { insertMany, listen, openBus, publishMany, TENANT, type BusUnderTest } from './bus-under-test';
import { CuttableLink } from './cuttable-link';
import { eventually } from '../../support/until';

let under: BusUnderTest;
beforeEach(async () => (under = await openBus()));
afterEach(() => under.close());

describe('relay', () => {
  it('publishes to each subscriber everything exactly once, in the order it was written', async () => {
    const before = await insertMany(under.pool, 300);
    const listeners = [listen(under.bus), listen(under.bus)];
    under.relay();
    under.relay(); // a second io worker
    const refs = [...before, ...(await publishMany(under.quietBus, 50))];
    for (const listener of listeners) {
      await eventually('all artifacts', () => listener.events.length >= refs.length);
      expect(listener.refs()).toEqual(refs);
      await listener.stop();
    }
    expect(await under.redis.xlen(ARTIFACT_STREAM)).toBe(350); // two relays took turns, none pushed what the other had
  });

  it('loses and repeats nothing when it is killed again and again in the middle', async () => {
    const refs = await insertMany(under.pool, 8_000); // it overshoots each goal by some hundreds
    const listener = listen(under.bus);
    let interrupted = 0;
    for (let kills = 0; kills < 6; kills++) {
      const child = startRelayProcess(under);
      const goal = (await under.redis.xlen(ARTIFACT_STREAM)) + 250;
      await eventually('the relay to be in the middle', async () => (await under.redis.xlen(ARTIFACT_STREAM)) >= goal);
      await kill(child);
      if ((await under.unpublished()) > 0) interrupted++;
    }
    under.relay();
    await eventually('all artifacts', () => listener.events.length >= refs.length);
    await eventually('all rows marked', async () => (await under.unpublished()) === 0);
    await listener.stop();
    expect(interrupted).toBe(6);
    expect(listener.refs().sort()).toEqual([...refs].sort());
  });

  it('publishes rows that commit late, after rows with higher ids', async () => {
    under.relay();
    const listener = listen(under.bus);
    const late = await under.pool.connect();
    try {
      await late.query('BEGIN');
      const early = await late.query<{ ref: string }>('SELECT ref FROM publish($1)', [
        JSON.stringify([header('slow', 'late')]),
      ]);
      const lateId = (await late.query<{ id: number }>('SELECT max(id) AS id FROM outbox')).rows[0]!.id;
      const refs = await publishMany(under.quietBus, 40, { sessionId: 'quick' });
      await eventually('the later rows', () => listener.events.length >= 40);
      expect(Math.min(...listener.events.map((event) => event.id))).toBeGreaterThan(lateId);
      await late.query('COMMIT');
      await eventually('the late row', () => listener.events.length >= 41);
      expect(listener.refs()).toEqual([...refs, early.rows[0]!.ref]);
    } finally {
      late.release();
      await listener.stop();
    }
  });

  it('goes on when PostgreSQL ends its connections in the middle', async () => {
    const refs = await insertMany(under.pool, 2_000);
    under.relay();
    await eventually('the relay to be in the middle', async () => (await under.redis.xlen(ARTIFACT_STREAM)) >= 200);
    await under.pool.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    const listener = listen(under.bus);
    await eventually('all artifacts', () => listener.events.length >= refs.length);
    await listener.stop();
    expect(listener.refs().sort()).toEqual([...refs].sort());
  });

  it('catches up after Redis was away, while publishing went on', async () => {
    const link = new CuttableLink(new URL(under.redisUrl));
    const viaLink = await link.mend();
    under.relay(viaLink);
    const first = await publishMany(under.quietBus, 5);
    await eventually('the first ones', async () => (await under.unpublished()) === 0);
    await link.cut();
    const second = await publishMany(under.quietBus, 30);
    expect(await under.unpublished()).toBe(30);
    expect(await under.bus.search({ tenant: TENANT, sessionId: 'session' })).toHaveLength(35);
    await link.mend();
    const listener = listen(under.bus);
    await eventually('all artifacts', () => listener.events.length >= 35);
    await listener.stop();
    await link.cut();
    expect(listener.refs()).toEqual([...first, ...second]);
  });

  it('publishes what is left when it is stopped', async () => {
    const relay = under.relay();
    await insertMany(under.pool, 500);
    await relay.stop();
    expect(await under.unpublished()).toBe(0);
  });
});

function header(sessionId: string, ref: string): Record<string, unknown> {
  const id = `00000000-0000-7000-8000-${Buffer.from(ref).toString('hex').padStart(12, '0')}`;
  return {
    ref: id,
    tenant: TENANT,
    sessionId,
    type: 'state',
    mime: 'text/plain',
    driver: 'filesystem',
    sha256: 'b'.repeat(64),
    bytes: 1,
    rawBytes: 1,
  };
}

function startRelayProcess({ databaseUrl, redisUrl }: BusUnderTest): ChildProcess {
  return spawn(process.execPath, [join(__dirname, 'relay-process.cjs'), databaseUrl, redisUrl], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
