import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type LeanHeader, leanHeader, type TimedHeader } from '../../domain/artifacts/header';
import { type SessionKeys, sessionKeys } from './artifact-keys';
import { BEGIN_BUILD, END_BUILD, READ_NEWEST, WRITE_GUARDED } from './artifact-index-scripts';

/** A session nobody writes to for a week leaves Redis; the next reader or writer brings it back. */
const SESSION_TTL_MS = 7 * 24 * 60 * 60 * 1000;
/** The mark goes first, so that it never outlives what it vouches for. */
const COMPLETE_TTL_MS = SESSION_TTL_MS - 60_000;
const BUILDING_TTL_MS = 60_000;
const COMPLETE = '1';

/** A session's index that outgrows this is dropped and rebuilt with the newest `REBUILT_ARTIFACTS` of it. */
const MAX_ARTIFACTS = 100_000;
export const REBUILT_ARTIFACTS = 90_000;
const PART_SIZE = 500;

export interface Rebuild {
  tenant: string;
  sessionId: string;
  branchIds: readonly string[];
  /** Take over from a builder that is already at it, instead of leaving the work to it. */
  force: boolean;
  load(): Promise<readonly TimedHeader[]>;
}

export interface NewestQuery {
  tenant: string;
  sessionId: string;
  branchId?: string;
  limit: number;
}

/**
 * The live index of a session: complete or absent, never partial. A flush, an eviction of its mark or a build cut short
 * all look alike to readers and writers: a miss, which is answered from PostgreSQL.
 */
export class ArtifactIndex {
  constructor(private readonly redis: Redis) {}

  /** Idempotent by ref. False: the session is not indexed, and the caller must rebuild it (these rows included). */
  async add(tenant: string, sessionId: string, rows: readonly TimedHeader[]): Promise<boolean> {
    const keys = sessionKeys(tenant, sessionId);
    return this.write(keys, { key: keys.complete, value: COMPLETE, ttlMs: COMPLETE_TTL_MS }, rows);
  }

  /**
   * Replaces a session's index by what `load` gives. It is called after the build was announced: an artifact that
   * commits later finds no complete index, and its publisher starts a build of its own, which ends this one.
   * False when a flush or another builder came between; nothing is marked complete then.
   */
  async rebuild({ tenant, sessionId, branchIds, force, load }: Rebuild): Promise<boolean> {
    const keys = sessionKeys(tenant, sessionId);
    const token = randomUUID();
    const stale = [keys.complete, keys.headers, keys.index, keys.timeline, ...branchIds.map(keys.branch)];
    const begun = await this.run(BEGIN_BUILD, [keys.building, ...stale], [token, BUILDING_TTL_MS, force ? 1 : 0]);
    if (begun !== 1) return false;
    const rows = await load();
    for (let at = 0; at < rows.length; at += PART_SIZE) {
      const guard = { key: keys.building, value: token, ttlMs: BUILDING_TTL_MS };
      if (!(await this.write(keys, guard, rows.slice(at, at + PART_SIZE)))) return false;
    }
    return (await this.run(END_BUILD, [keys.building, keys.complete], [token, COMPLETE, COMPLETE_TTL_MS])) === 1;
  }

  /** Lean headers, newest first; undefined on a miss. */
  async newest({ tenant, sessionId, branchId, limit }: NewestQuery): Promise<LeanHeader[] | undefined> {
    const keys = sessionKeys(tenant, sessionId);
    const order = branchId === undefined ? keys.timeline : keys.branch(branchId);
    const found = (await this.run(READ_NEWEST, [keys.complete, keys.index, order], [limit])) as
      (string | null)[] | null;
    if (found === null || found.includes(null)) return undefined;
    return found.map((json) => JSON.parse(json!) as LeanHeader);
  }

  private async write(keys: SessionKeys, guard: Guard, rows: readonly TimedHeader[]): Promise<boolean> {
    const branches = [...new Set(rows.map((row) => row.header.branchId))];
    const fields = rows.flatMap(({ header, tsMicros }) => [
      header.ref,
      tsMicros,
      header.stepIdx,
      branches.indexOf(header.branchId) + 1,
      JSON.stringify(header),
      JSON.stringify(leanHeader(header)),
    ]);
    const named = [guard.key, keys.complete, keys.headers, keys.index, keys.timeline, ...branches.map(keys.branch)];
    return (
      (await this.run(WRITE_GUARDED, named, [guard.value, guard.ttlMs, SESSION_TTL_MS, MAX_ARTIFACTS, ...fields])) === 1
    );
  }

  // EVAL with its text and not EVALSHA: a flushed or restarted Redis forgets scripts, and a batch is one call anyway.
  private run(script: string, keys: string[], values: (string | number)[]): Promise<unknown> {
    return this.redis.eval(script, keys.length, ...keys, ...values);
  }
}

/** Who may write: whoever finds `value` under `key`. */
interface Guard {
  key: string;
  value: string;
  ttlMs: number;
}
