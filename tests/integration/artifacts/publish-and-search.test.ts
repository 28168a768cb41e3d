import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { ARTIFACT_TYPES } from '../../../src/domain/artifacts/header';
import { sha256Hex } from '../../../src/domain/kernel/hash';
import { matchesFilter, type ArtifactFilter } from '../../../src/domain/artifacts/search';
import { draft, openBus, publishMany, TENANT, type BusUnderTest } from './bus-under-test';

let under: BusUnderTest;
beforeAll(async () => (under = await openBus()));
afterAll(() => under.close());

/** Places of all payloads, small and large. */
async function storedPayloads(): Promise<string[]> {
  const { rows } = await under.pool.query<{ name: string }>(`SELECT encode(sha256, 'hex') AS name FROM payload`);
  return [...(await readdir(under.payloadDir, { recursive: true })), ...rows.map(({ name }) => name)].sort();
}

const session = () => `session-${randomUUID()}`;
const search = (sessionId: string, filter: ArtifactFilter & { limit?: number; beforeRef?: string } = {}) =>
  under.bus.search({ tenant: TENANT, sessionId, ...filter });

describe('publish and get', () => {
  it('gives back header and payload', async () => {
    const given = draft({
      sessionId: session(),
      branchId: 'fork',
      episodeId: 'e1',
      groupId: 'g1',
      agentId: 'resume_parser',
      parentRefs: [randomUUID()],
      model: 'scripted-erp',
      costMicroUsd: 3100,
      inputTokens: 120,
      outputTokens: 30,
      latencyMs: 812,
      score: 0.25,
      reward: -1.5,
      tags: ['output', 'final'],
      meta: { attemptKey: 'r/a/0#1', nested: { list: [1, 'two', null] } },
      evaluatorId: 'judge',
      judgeVersion: '2',
    });
    const payload = Buffer.from(JSON.stringify({ content: 'Grüße 👋 '.repeat(1000) }));
    const published = await under.bus.publish(given, payload);
    const found = await under.bus.get(TENANT, published.ref);
    expect(found.header).toEqual(published);
    expect(found.header).toMatchObject({ ...given, stepIdx: 0, rawBytes: payload.length });
    expect(found.header.ts).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Buffer.from(found.payload).equals(payload)).toBe(true);
  });

  it('leaves out what was not given', async () => {
    const header = await under.bus.publish(draft({ sessionId: session() }), Buffer.from('x'));
    expect(Object.keys(header).sort()).toEqual(
      [
        'branchId',
        'bytes',
        'driver',
        'meta',
        'mime',
        'parentRefs',
        'rawBytes',
        'ref',
        'sessionId',
        'sha256',
        'stepIdx',
        'tags',
        'tenant',
        'ts',
        'type',
      ].sort(),
    );
  });

  it('keeps tenants apart and says that an artifact does not exist', async () => {
    const { ref } = await under.bus.publish(draft({ sessionId: session() }), Buffer.from('mine'));
    for (const [tenant, asked] of [
      ['other', ref],
      [TENANT, randomUUID()],
      [TENANT, "'; DROP TABLE artifact; --"],
    ] as const) {
      await expect(under.bus.get(tenant, asked)).rejects.toMatchObject({ code: 'NotFound', status: 404 });
    }
  });

  it('refuses a bad header with every problem at once, and stores nothing', async () => {
    const sessionId = session();
    const before = await storedPayloads();
    const bad = draft({
      sessionId,
      type: 'poem' as never,
      mime: 'nonsense',
      tags: Array(40).fill('t'),
      costMicroUsd: -1,
      score: Number.NaN,
      parentRefs: ['x'],
      agentId: 'a\0b',
      meta: { long: 'x'.repeat(20_000) },
    });
    const error = await under.bus.publish(bad, Buffer.from('never stored')).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'InvalidRequest', status: 422 });
    const paths = (error as { problems: { path: string }[] }).problems.map((problem) => problem.path).sort();
    expect(paths).toEqual(['agentId', 'costMicroUsd', 'meta', 'mime', 'parentRefs', 'score', 'tags', 'type']);
    expect(await search(sessionId)).toEqual([]);
    expect(await storedPayloads()).toEqual(before);
  });
});

describe('idempotency', () => {
  it('makes one artifact of one key published twice, and keeps the first', async () => {
    const sessionId = session();
    const idempotencyKey = randomUUID();
    const first = await under.bus.publish(draft({ sessionId, idempotencyKey, tags: ['first'] }), Buffer.from('first'));
    const second = await under.bus.publish(
      draft({ sessionId, idempotencyKey, tags: ['second'] }),
      Buffer.from('second'),
    );
    expect(second).toEqual(first);
    expect(await search(sessionId)).toEqual([first]);
    expect((await under.bus.get(TENANT, second.ref)).payload.toString()).toBe('first');
    expect(await storedPayloads()).not.toContain(sha256Hex(Buffer.from('second')));
  });

  it('makes one artifact of one key published by twenty at once, in two sessions, and wastes no step', async () => {
    const sessions = [session(), session()];
    const idempotencyKey = randomUUID();
    const headers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        under.bus.publish(draft({ sessionId: sessions[index % 2]!, idempotencyKey }), Buffer.from(`${index}`)),
      ),
    );
    expect(new Set(headers.map((header) => header.ref)).size).toBe(1);
    for (const sessionId of sessions) {
      const before = (await search(sessionId)).length;
      expect((await under.bus.publish(draft({ sessionId }), Buffer.from('next'))).stepIdx).toBe(before);
    }
  });
});

describe('steps', () => {
  it('numbers each branch 0…n-1 under concurrent publishers, without gaps or repetitions', async () => {
    const sessionId = session();
    const branches = ['main', 'fork-a', 'fork-b'];
    await Promise.all(
      Array.from({ length: 12 }, (_, publisher) =>
        publishMany(under.bus, 10, { sessionId, branchId: branches[publisher % 3], agentId: `p${publisher}` }),
      ),
    );
    for (const branchId of branches) {
      const found = await search(sessionId, { branchId, limit: 1000 });
      expect(found.map((header) => header.stepIdx)).toEqual(Array.from({ length: 40 }, (_, index) => 39 - index));
      const times = found.map((header) => header.ts);
      expect(times).toEqual([...times].sort().reverse());
    }
  });

  it('reads the first and the last of a branch in step order, the type looked at before counting', async () => {
    const sessionId = session();
    for (const type of ['state', 'metrics', 'state', 'metrics', 'metrics'] as const)
      await under.bus.publish(draft({ sessionId, type }), Buffer.from(type));
    const range = { tenant: TENANT, sessionId, branchId: 'main' };
    const steps = async (read: Promise<{ stepIdx: number }[]>) => (await read).map((header) => header.stepIdx);
    expect(await steps(under.bus.readFirst({ ...range, count: 2 }))).toEqual([0, 1]);
    expect(await steps(under.bus.readLast({ ...range, count: 2 }))).toEqual([3, 4]);
    expect(await steps(under.bus.readLast({ ...range, count: 2, type: 'state' }))).toEqual([0, 2]);
  });
});

describe('search', () => {
  it('filters before the limit', async () => {
    const sessionId = session();
    const [rare] = await publishMany(under.bus, 1, { sessionId, tags: ['rare'] });
    await publishMany(under.bus, 60, { sessionId });
    expect((await search(sessionId, { tag: 'rare', limit: 1 })).map((header) => header.ref)).toEqual([rare]);
    expect(await search(sessionId)).toHaveLength(50);
  });

  it('pages through all of a session without loss or repetition, along a branch too', async () => {
    const sessionId = session();
    const refs = await publishMany(under.bus, 25, { sessionId });
    for (const filter of [{}, { branchId: 'main' }]) {
      const paged: string[] = [];
      for (let page = await search(sessionId, { ...filter, limit: 10 }); page.length > 0;) {
        paged.push(...page.map((header) => header.ref));
        page = await search(sessionId, { ...filter, limit: 10, beforeRef: page.at(-1)!.ref });
      }
      expect(paged).toEqual([...refs].reverse());
    }
  });

  it('refuses limits, times and positions that mean nothing', async () => {
    const sessionId = session();
    await expect(search(sessionId, { limit: 0, since: 'yesterday' })).rejects.toMatchObject({
      code: 'InvalidRequest',
      problems: [expect.objectContaining({ path: 'limit' }), expect.objectContaining({ path: 'since' })],
    });
    await expect(search(sessionId, { beforeRef: randomUUID() })).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('finds what the pure rule finds, for any combination of filters', async () => {
    const sessionId = session();
    const branches = ['main', 'fork'];
    const agents = ['ann', 'bob'];
    const tags = ['x', 'y', 'z'];
    const pick = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
    for (let index = 0; index < 60; index++) {
      await under.bus.publish(
        draft({
          sessionId,
          branchId: branches[index % 2],
          agentId: agents[index % 3],
          type: ARTIFACT_TYPES[index % 4]!,
          tags: tags.slice(0, index % 4),
        }),
        Buffer.from('x'),
      );
    }
    const all = await search(sessionId, { limit: 1000 });
    const filters = fc.record({
      branchId: pick(branches),
      agentId: pick(agents),
      tag: pick(tags),
      type: pick(ARTIFACT_TYPES),
      since: pick(all.map((header) => header.ts)),
    });
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const found = (await search(sessionId, { ...filter, limit: 1000 })).map((header) => header.ref);
        expect(found).toEqual(all.filter((header) => matchesFilter(header, filter)).map((header) => header.ref));
      }),
      { numRuns: 60 },
    );
  });
});
