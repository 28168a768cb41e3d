import { assert } from '../../domain/kernel/assert';
import type { Limits, Permit } from '../../domain/llm/limits';
import type { RedisConnection } from './connection';
import { ACQUIRE, ARRIVED, PAUSE, RELEASE, RELEASE_OWNERS, RENEW } from './limiter-script';

/**
 * The one limiter of all processes. `credential` names whose limits they are (a provider's account). An operation is
 * one attempt: `{owner}|{attempt}`; the same operation is charged once, however often it asks.
 *
 * Every method rejects when Redis does not answer: nothing is granted then.
 */
export interface Limiter {
  acquire(credential: string, operation: string, leaseMs: number): Promise<Permit>;
  /** The response has begun, so the request has arrived. Until then it counts in every window. */
  arrived(credential: string, operation: string): Promise<void>;
  renew(credential: string, operations: readonly string[], leaseMs: number): Promise<void>;
  /** `unused`: no request left, so that its place in the windows is free again. */
  release(credential: string, operation: string, unused: boolean): Promise<void>;
  /** Nobody is granted anything for `ms`; a longer pause that is on already stays. */
  pause(credential: string, ms: number): Promise<void>;
  /** Frees the leases of operations of these owners. Returns how many there were. */
  releaseOwners(credential: string, owners: readonly string[]): Promise<number>;
}

interface Script {
  name: string;
  keys: number;
  lua: string;
}

const SCRIPTS: Record<'acquire' | 'arrived' | 'renew' | 'release' | 'pause' | 'releaseOwners', Script> = {
  acquire: { name: 'longhaulAcquire', keys: 3, lua: ACQUIRE },
  arrived: { name: 'longhaulArrived', keys: 1, lua: ARRIVED },
  renew: { name: 'longhaulRenew', keys: 2, lua: RENEW },
  release: { name: 'longhaulRelease', keys: 2, lua: RELEASE },
  pause: { name: 'longhaulPause', keys: 1, lua: PAUSE },
  releaseOwners: { name: 'longhaulReleaseOwners', keys: 2, lua: RELEASE_OWNERS },
};

/** @param prefix keeps installations on one Redis apart. */
export function createLimiter(redis: RedisConnection, limits: Limits, prefix = 'longhaul'): Limiter {
  // EVALSHA with a fall back to EVAL when the server has forgotten the script (restart, SCRIPT FLUSH)
  for (const { name, keys, lua } of Object.values(SCRIPTS)) redis.defineCommand(name, { numberOfKeys: keys, lua });
  const run = runner(redis);
  const windows = limits.windows.flatMap(({ name, windowMs, limit }) => [name, windowMs, limit]);
  const keysOf = (credential: string) => {
    const tag = `${prefix}:{limit:${credential}}`;
    return { grants: `${tag}:grants`, leases: `${tag}:leases`, pause: `${tag}:pause` };
  };
  return {
    async acquire(credential, operation, leaseMs) {
      const { grants, leases, pause } = keysOf(credential);
      return readPermit(
        await run('acquire', [grants, leases, pause, operation, leaseMs, limits.concurrent, ...windows]),
      );
    },
    async arrived(credential, operation) {
      await run('arrived', [keysOf(credential).grants, operation]);
    },
    async renew(credential, operations, leaseMs) {
      const { grants, leases } = keysOf(credential);
      if (operations.length > 0) await run('renew', [grants, leases, leaseMs, ...operations]);
    },
    async release(credential, operation, unused) {
      const { grants, leases } = keysOf(credential);
      await run('release', [grants, leases, operation, unused ? '1' : '0']);
    },
    async pause(credential, ms) {
      if (ms >= 1) await run('pause', [keysOf(credential).pause, Math.ceil(ms)]);
    },
    async releaseOwners(credential, owners) {
      if (owners.length === 0) return 0;
      const { grants, leases } = keysOf(credential);
      return Number(await run('releaseOwners', [grants, leases, ...owners.map((owner) => `${owner}|`)]));
    },
  };
}

type Argument = string | number;

/** ioredis adds scripts to the connection at run time, where its types do not see them. */
function runner(redis: RedisConnection): (script: keyof typeof SCRIPTS, args: Argument[]) => Promise<unknown> {
  const commands = redis as unknown as Record<string, (...args: Argument[]) => Promise<unknown>>;
  return (script, args) => commands[SCRIPTS[script].name]!(...args);
}

function readPermit(answer: unknown): Permit {
  assert(Array.isArray(answer), `limiter: unexpected answer ${JSON.stringify(answer)}`);
  const [granted, waitMs, limit] = answer as [number, number?, string?];
  return granted === 1 ? { granted: true } : { granted: false, waitMs: Number(waitMs), limit: String(limit) };
}
