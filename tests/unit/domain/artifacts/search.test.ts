import { matchesFilter, normalizeSearch, type ArtifactFilter } from '../../../../src/domain/artifacts/search';

const header = {
  branchId: 'main',
  type: 'state' as const,
  tags: ['call', 'x'],
  agentId: 'ann',
  ts: '2026-01-31T12:00:00.500Z',
};

describe('matchesFilter', () => {
  const rows: [ArtifactFilter, boolean][] = [
    [{}, true],
    [{ branchId: 'main', type: 'state', tag: 'x', agentId: 'ann', since: '2026-01-31T12:00:00.500Z' }, true],
    [{ branchId: 'fork' }, false],
    [{ type: 'metrics' }, false],
    [{ tag: 'cal' }, false],
    [{ agentId: 'bob' }, false],
    [{ since: '2026-01-31T12:00:00.501Z' }, false],
    [{ since: '2026-01-31T13:00:00.500+01:00' }, true],
    [{ since: '2026-01-31T11:30:00.500-01:00' }, false],
  ];
  it.each(rows)('%j: %s', (filter, expected) => expect(matchesFilter(header, filter)).toBe(expected));

  it('does not find an artifact without an agent by any agent', () => {
    expect(matchesFilter({ ...header, agentId: undefined }, { agentId: 'ann' })).toBe(false);
  });
});

describe('normalizeSearch', () => {
  it('fills the limit in and keeps the rest', () => {
    expect(normalizeSearch({ tag: 'x' })).toEqual({ tag: 'x', limit: 50 });
    expect(normalizeSearch({ limit: 1000, since: '2026-01-31T12:00Z' }).limit).toBe(1000);
  });

  it.each([0, -1, 1001, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses limit %p', (limit) => {
    expect(() => normalizeSearch({ limit })).toThrow(expect.objectContaining({ code: 'InvalidRequest' }));
  });

  it.each(['', 'yesterday', '2026-01-31', '2026-01-31T12:00:00', '2026-13-31T12:00:00Z', "2026-01-31T12:00:00Z'; --"])(
    'refuses since %j',
    (since) => {
      expect(() => normalizeSearch({ since })).toThrow(
        expect.objectContaining({ problems: [expect.objectContaining({ path: 'since' })] }),
      );
    },
  );
});
