import { revokeLeases } from '../adapters/postgres/ledger';
import { listOpenOwners } from '../adapters/postgres/open-owners';
import { LonghaulError } from '../domain/kernel/errors';
import { batchSteps, enqueue, type BatchGateway } from './batch-lane';
import { Batches } from './batches';
import { DEFAULT_BATCH_LIMITS } from './batching';
import { Breakers } from './breakers';
import { countsOf, openCommits } from './commits';
import type { GatewayDeps } from './deps';
import { callWithFallbacks } from './fallback';
import { InFlight } from './in-flight';
import { LeaseKeeper } from './lease-keeper';
import { certainlyDead, ownOwner } from './owner';
import type { Parts } from './parts';
import { Permits } from './permits';
import type { Gateway } from './types';

export type { GatewayDeps } from './deps';

/** Long enough for a restart of PostgreSQL or an emptied disk, short enough to be noticed. */
const SETTLE_WITHIN_MS = 120_000;

/** The paid path of one process. Nothing runs before `start` or the first call; `stop` waits for the calls under way. */
export function createGateway(deps: GatewayDeps): BatchGateway {
  const limits = { ...DEFAULT_BATCH_LIMITS, ...deps.batch };
  const owner = deps.owner ?? ownOwner();
  const parts: Parts = {
    deps,
    owner,
    batches: new Batches(limits),
    breakers: new Breakers(deps, owner),
    commits: openCommits(deps.pool, deps.leaseMs, limits.size),
    keeper: new LeaseKeeper(deps.pool, deps.limiter, deps.leaseMs, deps.log),
    permits: new Permits(deps.limiter, deps.leaseMs, deps.log),
    settleWithinMs: deps.settleWithinMs ?? SETTLE_WITHIN_MS,
  };
  const inFlight = new InFlight();
  const call: Gateway['call'] = (input, context) =>
    inFlight.join(input.callKey, context, (joined) => callWithFallbacks(parts, input, joined));
  return {
    start: async () => {
      await checkLimiter(parts);
      await reap(parts);
    },
    call,
    enqueue: async (input, context) => (await enqueue(parts, input, context)) ?? call(input, context),
    batches: batchSteps(parts),
    get inFlight() {
      return inFlight.size;
    },
    statistics: () => ({ batches: parts.batches.counts, commits: countsOf(parts.commits) }),
    stop: () => {
      parts.batches.flush();
      return inFlight.idle();
    },
  };
}

/** Redis may be away (calls wait then); one that may forget what it counted is never used. */
async function checkLimiter({ deps }: Parts): Promise<void> {
  try {
    await deps.limiter.check();
  } catch (error) {
    if (LonghaulError.is(error)) throw error;
    deps.log.warn({ err: error }, 'limiter: Redis does not answer; calls wait until it does');
  }
}

/** A process that was killed and restarted here should not wait for the leases of its predecessor. */
async function reap({ deps, permits }: Parts): Promise<void> {
  const dead = certainlyDead(await listOpenOwners(deps.pool));
  if (dead.length === 0) return;
  const revoked = await revokeLeases(deps.pool, dead);
  for (const credential of deps.providers.names) await permits.releaseOwners(credential, dead);
  deps.log.info({ dead, revoked }, 'ended the leases of processes that are gone');
}
