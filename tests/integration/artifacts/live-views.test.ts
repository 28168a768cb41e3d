import { randomUUID } from 'node:crypto';
import { connectRedis } from '../../../src/adapters/redis';
import { ARTIFACT_STREAM, sessionKeys, topicStream } from '../../../src/adapters/redis/artifact-keys';
import { leanHeader } from '../../../src/domain/artifacts/header';
import { type ArtifactBus, createArtifactBus } from '../../../src/gateway/artifacts';
import { createLog } from '../../../src/adapters/log';
import { draft, insertMany, listen, openBus, publishMany, TENANT, type BusUnderTest } from './bus-under-test';
import { CuttableLink } from './cuttable-link';
import { eventually } from '../../support/until';

let under: BusUnderTest;
beforeEach(async () => (under = await openBus()));
afterEach(() => under.close());

const recent = (sessionId = 'session', more: { branchId?: string } = {}) =>
  under.bus.recent({ tenant: TENANT, sessionId, limit: 1000, ...more });
const truth = async (sessionId = 'session', more: { branchId?: string } = {}) =>
  (await under.bus.search({ tenant: TENANT, sessionId, limit: 1000, ...more })).map((header) =>
    JSON.parse(JSON.stringify(leanHeader(header))),
  );
const isIndexed = async (sessionId = 'session') =>
  (await under.redis.exists(sessionKeys(TENANT, sessionId).complete)) === 1;
/** Connections of this suite; others use other databases of the server. */
const connections = async () => {
  const own = `db=${new URL(under.redisUrl).pathname.slice(1)} `;
  return String(await under.redis.client('LIST'))
    .split('\n')
    .filter((line) => line.includes(own));
};
/** Those that wait on a stream. */
const readers = async () => (await connections()).filter((line) => line.includes('cmd=xread')).length;
const settled = () => eventually('all rows published', async () => (await under.unpublished()) === 0);

describe('publishing at once', () => {
  it('reaches subscribers without a relay, once Redis was filled for the first time', async () => {
    const relay = under.relay();
    await eventually('the first fill', async () => (await under.redis.keys('*generation')).length === 2);
    await relay.stop();
    const listener = listen(under.bus);
    const refs = await publishMany(under.bus, 20);
    await eventually('all artifacts', () => listener.events.length >= 20);
    expect(listener.refs()).toEqual(refs);
    await listener.stop();
  });

  it('serves everything that is not live without Redis', async () => {
    const { ref } = await under.quietBus.publish(draft(), Buffer.from('x'));
    expect((await under.quietBus.get(TENANT, ref)).header.ref).toBe(ref);
    expect(
      (await under.quietBus.recent({ tenant: TENANT, sessionId: 'session', limit: 5 })).map((header) => header.ref),
    ).toEqual([ref]);
    expect(() => under.quietBus.subscribe({ tenant: TENANT, from: 'now' })).toThrow(
      expect.objectContaining({ code: 'ServiceUnavailable' }),
    );
  });
});

describe('the live index', () => {
  it('holds what PostgreSQL holds, in the same order, per branch too', async () => {
    under.relay();
    for (let index = 0; index < 30; index++)
      await under.bus.publish(draft({ branchId: index % 3 ? 'main' : 'fork' }), Buffer.from(`${index}`));
    await settled();
    expect(await isIndexed()).toBe(true);
    expect(await recent()).toEqual(await truth());
    expect(await recent('session', { branchId: 'fork' })).toEqual(await truth('session', { branchId: 'fork' }));
    const full = await under.redis.hvals(sessionKeys(TENANT, 'session').headers);
    expect(full.map((json) => JSON.parse(json) as unknown)).toEqual(
      expect.arrayContaining(await under.bus.search({ tenant: TENANT, sessionId: 'session' })),
    );
  });

  it('is answered from PostgreSQL and brought back on a miss', async () => {
    under.relay();
    await insertMany(under.pool, 40);
    await settled();
    await under.redis.unlink(Object.values(sessionKeys(TENANT, 'session')).filter((key) => typeof key === 'string'));
    expect(await recent()).toEqual(await truth());
    expect(await isIndexed()).toBe(true);
    expect(await recent()).toEqual(await truth());
  });

  it('is never served by halves: an artifact pushed into an emptied session brings the others with it', async () => {
    under.relay();
    await insertMany(under.pool, 40);
    await settled();
    await under.redis.unlink(Object.values(sessionKeys(TENANT, 'session')).filter((key) => typeof key === 'string'));
    await publishMany(under.quietBus, 1);
    await settled();
    expect(await isIndexed()).toBe(true);
    expect(await under.redis.zcard(sessionKeys(TENANT, 'session').timeline)).toBe(41);
  });

  it('keeps sessions and tenants with awkward names apart', async () => {
    under.relay();
    const names = ['a}b', 'a{b', 'a/b', 'a', 'a:headers', 'ä b', '*'];
    for (const sessionId of names) await publishMany(under.quietBus, 2, { sessionId });
    await publishMany(under.quietBus, 3, { tenant: 'acme/a', sessionId: 'b' });
    await publishMany(under.quietBus, 4, { tenant: 'acme', sessionId: 'a/b' });
    await settled();
    for (const sessionId of names) expect(await recent(sessionId)).toHaveLength(sessionId === 'a/b' ? 6 : 2);
  });
});

describe('a flushed Redis', () => {
  // FLUSHDB is FLUSHALL for everybody who uses this database; other suites work in the server's other ones.
  it('loses nothing: index healed, subscribers go on, each artifact once', async () => {
    under.relay();
    const listener = listen(under.bus);
    const refs: string[] = [];
    for (let round = 0; round < 5; round++) {
      refs.push(...(await publishMany(under.bus, 40, { sessionId: `s${round % 2}` })));
      await under.redis.flushdb();
    }
    refs.push(...(await publishMany(under.bus, 10, { sessionId: 's0' })));
    await eventually('all artifacts', () => listener.events.length >= refs.length);
    await settled();
    await eventually(
      'the stream to be filled again',
      async () => (await under.redis.xlen(ARTIFACT_STREAM)) >= refs.length,
    );
    await listener.stop();
    expect(listener.refs().sort()).toEqual([...refs].sort());
    for (const sessionId of ['s0', 's1']) {
      expect(await isIndexed(sessionId)).toBe(true);
      expect(await recent(sessionId)).toEqual(await truth(sessionId));
    }
  });

  it('gives a subscriber that was away during the flush what it missed', async () => {
    under.relay();
    const first = await publishMany(under.quietBus, 10);
    const before = listen(under.bus);
    await eventually('the first ones', () => before.events.length >= 10);
    await before.stop();
    const second = await publishMany(under.quietBus, 10);
    await settled();
    await under.redis.flushdb();
    await publishMany(under.quietBus, 1);
    await settled();
    const after = listen(under.bus, { from: before.events.at(-1)!.cursor });
    await eventually('what was missed', () => second.every((ref) => after.refs().includes(ref)));
    await after.stop();
    expect(new Set(after.refs()).size).toBe(after.events.length);
    expect(first).toEqual(before.refs());
  });

  it('shows nothing old to a subscriber that wants only what comes', async () => {
    under.relay();
    await publishMany(under.quietBus, 30);
    await settled();
    const listener = listen(under.bus, { from: 'now' });
    await eventually('the subscriber to wait', async () => (await readers()) === 1);
    await under.redis.flushdb();
    const [fresh] = await publishMany(under.quietBus, 1);
    await eventually('the refill', async () => (await under.redis.xlen(ARTIFACT_STREAM)) === 31);
    await eventually('the new one', () => listener.events.length >= 1);
    await listener.stop();
    expect(listener.refs()).toEqual([fresh]);
  });
});

describe('subscriptions', () => {
  it('filter by tenant, session, branch, type, agent and tag', async () => {
    under.relay();
    const wanted = { sessionId: 's', branchId: 'b', type: 'metrics' as const, agentId: 'a', tag: 't' };
    const listener = listen(under.bus, wanted);
    const { tag, ...same } = wanted;
    await publishMany(under.quietBus, 1, { ...same, tags: ['other'] });
    for (const change of [
      { tenant: 'other' },
      { sessionId: 'x' },
      { branchId: 'x' },
      { type: 'state' as const },
      { agentId: 'x' },
    ]) {
      await publishMany(under.quietBus, 1, { ...same, tags: [tag], ...change });
    }
    const match = await publishMany(under.quietBus, 1, { ...same, tags: [tag, 'more'] });
    await eventually('the match', () => listener.events.length > 0);
    await listener.stop();
    expect(listener.refs()).toEqual(match);
  });

  it('go on after the cursor they are given', async () => {
    under.relay();
    const refs = await publishMany(under.quietBus, 10);
    const first = listen(under.bus);
    await eventually('ten', () => first.events.length >= 10);
    await first.stop();
    const second = listen(under.bus, { from: first.events[3]!.cursor });
    await eventually('six', () => second.events.length >= 6);
    await second.stop();
    expect(second.refs()).toEqual(refs.slice(4));
  });

  it('live through cuts of the link, each artifact once', async () => {
    const link = new CuttableLink(new URL(under.redisUrl));
    const redis = connectRedis(await link.mend(), { onError: () => undefined });
    const bus = createArtifactBus({ pool: under.pool, payloads: null as never, redis, log: createLog('silent', {}) });
    under.relay();
    const listener = listen(bus);
    const refs: string[] = [];
    for (let cuts = 0; cuts < 3; cuts++) {
      refs.push(...(await publishMany(under.quietBus, 10)));
      await eventually('some before the cut', () => listener.events.length > cuts * 10);
      await link.cut();
      refs.push(...(await publishMany(under.quietBus, 5)));
      await link.mend();
    }
    await eventually('all artifacts', () => listener.events.length >= refs.length);
    await listener.stop();
    redis.disconnect();
    await link.cut();
    expect(listener.refs()).toEqual(refs);
  });

  it('end when the caller leaves the loop or aborts, and leave no connection', async () => {
    under.relay();
    await publishMany(under.quietBus, 3);
    for await (const event of under.bus.subscribe({ tenant: TENANT, from: 'start' }))
      if (event.header.stepIdx === 1) break;
    const listener = listen(under.bus);
    await eventually('three', () => listener.events.length === 3);
    await eventually('one reader connected', async () => (await readers()) === 1);
    await listener.stop();
    await eventually('no reader connected', async () => (await readers()) === 0);
  });

  it('follow the events of one run', async () => {
    under.relay();
    const runId = randomUUID();
    await under.pool.query(
      `INSERT INTO run (id, tenant_id, kind, name, workflow_id) VALUES ($1::uuid, $2, 'agent-run', 'n', 'w')`,
      [runId, TENANT],
    );
    for (const type of ['run-started', 'agent-completed', 'run-completed'])
      await under.pool.query(`SELECT add_event($1, $2, NULL, '{}')`, [runId, type]);
    const seen: unknown[] = [];
    for await (const event of under.bus.subscribeTopic({ tenant: TENANT, topic: `run:${runId}`, from: 'start' })) {
      seen.push([event.data.seq, event.data.type]);
      if (event.data.type === 'run-completed') break;
    }
    expect(seen).toEqual([
      [1, 'run-started'],
      [2, 'agent-completed'],
      [3, 'run-completed'],
    ]);
    expect(await under.redis.pttl(topicStream(`run:${runId}`))).toBeGreaterThan(0);
  });
});

describe('a followed branch', () => {
  const follow = (bus: ArtifactBus, afterStep: number, signal: AbortSignal) =>
    bus.follow({ tenant: TENANT, sessionId: 'session', branchId: 'main', afterStep, signal });

  it('is told in step order and whole, while many publish, the link is cut and Redis is flushed', async () => {
    const link = new CuttableLink(new URL(under.redisUrl));
    const redis = connectRedis(await link.mend(), { onError: () => undefined });
    const bus = createArtifactBus({ pool: under.pool, payloads: null as never, redis, log: createLog('silent', {}) });
    under.relay();
    const leaving = new AbortController();
    const steps: number[] = [];
    const following = (async () => {
      for await (const headers of follow(bus, -1, leaving.signal)) steps.push(...headers.map(({ stepIdx }) => stepIdx));
    })();
    for (let round = 1; round <= 3; round++) {
      await Promise.all([1, 2, 3, 4].map(() => publishMany(under.quietBus, 10)));
      await eventually('the round', () => steps.length >= round * 40);
      await link.cut();
      await under.redis.flushdb();
      await link.mend();
    }
    leaving.abort();
    await following;
    redis.disconnect();
    await link.cut();
    expect(steps).toEqual(Array.from({ length: 120 }, (_, step) => step));
  });

  it('shares one connection to Redis with all others, which hear what is theirs and leave none behind', async () => {
    under.relay();
    await publishMany(under.quietBus, 1);
    await settled();
    const before = (await connections()).length;
    const leaving = new AbortController();
    const { signal } = leaving;
    const followers = ['a', 'b', 'c'].map((sessionId) => {
      const heard: string[] = [];
      const finished = (async () => {
        const branch = { tenant: TENANT, sessionId, branchId: 'main', afterStep: -1, signal };
        for await (const headers of under.bus.follow(branch)) heard.push(...headers.map(({ ref }) => ref));
      })();
      return { sessionId, heard, finished };
    });
    await eventually('a reader', async () => (await readers()) > 0);
    const refs = await Promise.all(followers.map(({ sessionId }) => publishMany(under.quietBus, 5, { sessionId })));
    await eventually('all artifacts', () => followers.every(({ heard }) => heard.length >= 5));
    expect(followers.map(({ heard }) => heard)).toEqual(refs);
    expect(await connections()).toHaveLength(before + 1);
    leaving.abort();
    await Promise.all(followers.map(({ finished }) => finished));
    await eventually('no reader', async () => (await connections()).length === before);
  });

  it('that cannot be read leaves no connection behind', async () => {
    const { signal } = new AbortController();
    const noStep = 0.5;
    await expect(follow(under.bus, noStep, signal).next()).rejects.toThrow('integer');
    await eventually('no reader', async () => (await readers()) === 0);
  });

  it('is told without Redis, from a step on, and nothing of other tenants, sessions and branches', async () => {
    const refs = await publishMany(under.quietBus, 3);
    for (const other of [{ tenant: 'other' }, { sessionId: 'x' }, { branchId: 'x' }])
      await publishMany(under.quietBus, 3, other);
    const heard: string[] = [];
    for await (const headers of follow(under.quietBus, 0, new AbortController().signal)) {
      heard.push(...headers.map(({ ref }) => ref));
      if (heard.length === 2) refs.push(...(await publishMany(under.quietBus, 1)));
      if (heard.length === 3) break;
    }
    expect(heard).toEqual(refs.slice(1));
  });
});

describe('consumer groups', () => {
  const member = (consumer: string) => ({ member: { group: 'evaluators', consumer } });

  it('give each artifact to one member', async () => {
    under.relay();
    const members = ['a', 'b', 'c'].map((name) => listen(under.bus, member(name)));
    const refs = await publishMany(under.quietBus, 60);
    await eventually('all artifacts', () => members.reduce((sum, { events }) => sum + events.length, 0) >= 60);
    for (const one of members) await one.stop();
    expect(members.flatMap((one) => one.refs()).sort()).toEqual([...refs].sort());
  });

  it('give a member again what it had not finished', async () => {
    under.relay();
    const refs = await publishMany(under.quietBus, 5);
    const unfinished: string[] = [];
    for await (const event of under.bus.subscribe({ tenant: TENANT, from: 'start', ...member('a') })) {
      unfinished.push(event.header.ref);
      if (unfinished.length === 3) break; // the third was not finished
    }
    const again = listen(under.bus, member('a'));
    await eventually('the rest', () => again.events.length >= 3);
    await again.stop();
    expect([...unfinished.slice(0, 2), ...again.refs()]).toEqual(refs);
  });

  it('begin anew after a flush and miss nothing', async () => {
    under.relay();
    const listener = listen(under.bus, { from: 'now', ...member('a') });
    await eventually('the group', async () => (await under.redis.exists(ARTIFACT_STREAM)) === 1);
    const before = await publishMany(under.quietBus, 5);
    await eventually('five', () => listener.events.length >= 5);
    await under.redis.flushdb();
    const after = await publishMany(under.quietBus, 5);
    await eventually('all', () => listener.events.length >= 10);
    await listener.stop();
    expect(listener.refs().sort()).toEqual([...before, ...after].sort());
  });
});
