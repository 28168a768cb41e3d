import type { Pool } from '../../adapters/postgres';
import { newestArtifacts, sessionBranches } from '../../adapters/postgres/artifact-search';
import type { RedisConnection } from '../../adapters/redis';
import { ArtifactIndex, REBUILT_ARTIFACTS } from '../../adapters/redis/artifact-index';
import type { TimedHeader } from '../../domain/artifacts/header';
import { LonghaulError } from '../../domain/kernel/errors';

/** Keeps the live index of each session complete or absent, and brings absent ones back from PostgreSQL. */
export class SessionIndex {
  private readonly index: ArtifactIndex;

  constructor(
    private readonly pool: Pool,
    redis: RedisConnection,
  ) {
    this.index = new ArtifactIndex(redis);
  }

  /** Adds artifacts of any sessions; a session without an index gets a whole one, these artifacts included. */
  async add(rows: readonly TimedHeader[]): Promise<void> {
    for (const ofSession of bySession(rows)) {
      const { tenant, sessionId } = ofSession[0]!.header;
      if (await this.index.add(tenant, sessionId, ofSession)) continue;
      if (await this.rebuild(tenant, sessionId, true)) continue;
      throw new LonghaulError('ServiceUnavailable', {
        service: 'Redis',
        detail: `the index of session ${sessionId} was flushed while it was built`,
      });
    }
  }

  /** On a reader's miss. Not forced: whoever is at it already will finish it, and the reader is served by PostgreSQL. */
  async restore(tenant: string, sessionId: string): Promise<void> {
    await this.rebuild(tenant, sessionId, false);
  }

  private async rebuild(tenant: string, sessionId: string, force: boolean): Promise<boolean> {
    const branchIds = await sessionBranches(this.pool, tenant, sessionId);
    const load = () => newestArtifacts(this.pool, tenant, sessionId, REBUILT_ARTIFACTS);
    return this.index.rebuild({ tenant, sessionId, branchIds, force, load });
  }
}

function bySession(rows: readonly TimedHeader[]): TimedHeader[][] {
  const groups = new Map<string, TimedHeader[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.header.tenant, row.header.sessionId]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}
