import { checkNewArtifact, HEADER_LIMITS } from '../../../../src/domain/artifacts/check-header';
import { ARTIFACT_TYPES } from '../../../../src/domain/artifacts/header';

const REF = '01938f3a-7c01-7000-8000-0123456789ab';
const good = { ref: REF, tenant: 't', sessionId: 's', type: 'state' as const, mime: 'application/json' };

function problemPaths(changes: object): string[] {
  try {
    checkNewArtifact({ ...good, ...changes });
    return [];
  } catch (error) {
    return (error as { problems: { path: string }[] }).problems.map((problem) => problem.path).sort();
  }
}

describe('checkNewArtifact', () => {
  it.each(ARTIFACT_TYPES)('takes type %s', (type) => expect(problemPaths({ type })).toEqual([]));
  it.each(['application/json', 'text/plain; charset=utf-8', 'application/vnd.longhaul.state+json'])(
    'takes %s',
    (mime) => expect(problemPaths({ mime })).toEqual([]),
  );

  it('takes everything at its limit', () => {
    const atLimit = {
      agentId: 'a'.repeat(HEADER_LIMITS.idChars),
      tags: Array(HEADER_LIMITS.tags).fill('t'.repeat(HEADER_LIMITS.tagChars)),
      parentRefs: Array(HEADER_LIMITS.parents).fill(REF),
      meta: { m: 'x'.repeat(HEADER_LIMITS.metaChars - 8) },
      costMicroUsd: 0,
      score: -0.5,
    };
    expect(problemPaths(atLimit)).toEqual([]);
  });

  it.each([
    [{ ref: 'nonsense' }, 'ref'],
    [{ ref: REF.toUpperCase() }, 'ref'],
    [{ tenant: '' }, 'tenant'],
    [{ sessionId: 'a\nb' }, 'sessionId'],
    [{ sessionId: undefined }, 'sessionId'],
    [{ branchId: '' }, 'branchId'],
    [{ agentId: 'a'.repeat(HEADER_LIMITS.idChars + 1) }, 'agentId'],
    [{ idempotencyKey: 'a\0' }, 'idempotencyKey'],
    [{ type: 'toString' }, 'type'],
    [{ mime: 'json' }, 'mime'],
    [{ mime: 'text/html\r\nset-cookie: x' }, 'mime'],
    [{ mime: `text/${'x'.repeat(200)}` }, 'mime'],
    [{ costMicroUsd: 0.5 }, 'costMicroUsd'],
    [{ inputTokens: -1 }, 'inputTokens'],
    [{ latencyMs: Number.POSITIVE_INFINITY }, 'latencyMs'],
    [{ score: Number.NaN }, 'score'],
    [{ tags: Array(HEADER_LIMITS.tags + 1).fill('t') }, 'tags'],
    [{ tags: [''] }, 'tags'],
    [{ tags: ['a\0b'] }, 'tags'],
    [{ parentRefs: ['x'] }, 'parentRefs'],
    [{ meta: { m: 'x'.repeat(HEADER_LIMITS.metaChars) } }, 'meta'],
  ])('refuses %j', (changes, path) => expect(problemPaths(changes)).toEqual([path]));

  it('names every problem at once, and the table code', () => {
    expect(problemPaths({ mime: 'x', tags: [''], score: Number.NaN })).toEqual(['mime', 'score', 'tags']);
    expect(() => checkNewArtifact({ ...good, mime: 'x' })).toThrow(
      expect.objectContaining({ code: 'InvalidRequest', status: 422 }),
    );
  });
});
