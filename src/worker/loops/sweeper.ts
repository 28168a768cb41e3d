import {
  closeRun,
  expire,
  openRuns,
  overdueUnknown,
  pendingLaunches,
  pruneIdempotency,
  pruneOutbox,
  pruneRunners,
  withdrawItems,
} from '../../adapters/postgres';
import { workflowOutcome } from '../../adapters/temporal';
import { launchRun, type LaunchDeps } from '../../control/launch-run';
import type { Log } from '../../adapters/log';
import { startLoop, type Loop } from './loop';

export interface SweeperDeps extends LaunchDeps {
  log: Log;
}

/** A process that was merely stopped renews first when it goes on; 250 ms is one renewal's jitter. */
const EXPIRE_GRACE_MS = 250;
/** Published rows refill a flushed Redis; after a week the streams have long moved on. */
const KEEP_PUBLISHED_MS = 7 * 86_400_000;
/** So long people see in the list that a runner is gone. */
const KEEP_GONE_RUNNERS_MS = 86_400_000;
/** Closed by nobody but a person: an address that is wrong for a minute would close every run there is. */
const MISSING =
  'Temporal does not know this run although it was started: another server, or its data are gone. `longhaul runs cancel` closes it.';
/** The API starts a run within its request; only what it could not start is left after this. */
const LAUNCH_AFTER_MS = 3_000;

/**
 * Sets right what no request comes back for: attempts whose lease ran out, accepted runs that never started, rows of
 * runs that were ended from outside, old idempotency keys, published outbox rows. Every step is idempotent, so several
 * io workers may sweep at once.
 */
export function startSweeper(deps: SweeperDeps): Loop {
  const loops = [
    startLoop('expire leases', 1_000, () => expire(deps.pool, { limit: 500, graceMs: EXPIRE_GRACE_MS }), deps.log),
    startLoop('withdraw batch items', 1_000, () => withdrawItems(deps.pool, { limit: 50 }), deps.log),
    startLoop('start accepted runs', 1_000, () => startAccepted(deps), deps.log),
    startLoop('close ended runs', 15_000, () => closeEnded(deps), deps.log),
    startLoop('alarm unknown spend', 600_000, () => alarmUnknown(deps), deps.log),
    startLoop('prune', 600_000, () => prune(deps), deps.log),
  ];
  return { stop: async () => void (await Promise.all(loops.map((loop) => loop.stop()))) };
}

async function startAccepted(deps: SweeperDeps): Promise<void> {
  for (const run of await pendingLaunches(deps.pool, { olderThanMs: LAUNCH_AFTER_MS, limit: 50 })) {
    // One run that cannot be started must not keep those behind it from starting.
    await launchRun(deps, run).then(
      () => deps.log.info({ runId: run.runId }, 'started an accepted run'),
      (error: unknown) =>
        deps.log.warn({ err: error, runId: run.runId }, 'an accepted run could not be started; it is tried again'),
    );
  }
}

/** A workflow that was terminated, timed out or failed cannot write its own end. */
async function closeEnded({ pool, temporal, log }: SweeperDeps): Promise<void> {
  for (let after: string | undefined; ;) {
    const page = await openRuns(pool, { limit: 100, after });
    for (const { tenant, runId, workflowId } of page) {
      const outcome = await workflowOutcome(temporal, workflowId);
      if (outcome === 'missing') log.warn({ runId }, MISSING);
      // `completed` has recorded its end already, or is about to; `missing` may be a wrong address for the moment.
      if (['open', 'completed', 'continued_as_new', 'missing'].includes(outcome)) continue;
      const status = outcome === 'canceled' || outcome === 'terminated' ? 'cancelled' : 'failed';
      await closeRun(pool, {
        tenant,
        runId,
        status,
        reasonCode: `workflow_${outcome}`,
        reason: `The workflow was ended from outside (${outcome}).`,
      });
      log.warn({ runId, outcome }, 'closed the row of a run that was ended from outside');
    }
    after = page.at(-1)?.runId;
    if (after === undefined) return;
  }
}

async function alarmUnknown({ pool, log }: SweeperDeps): Promise<void> {
  const overdue = await overdueUnknown(pool);
  if (overdue.attempts > 0)
    log.error(overdue, 'unknown spend is past its reconciliation deadline; run `longhaul ledger reconcile`');
}

async function prune({ pool }: SweeperDeps): Promise<void> {
  await pruneIdempotency(pool);
  await pruneOutbox(pool, { olderThanMs: KEEP_PUBLISHED_MS, limit: 10_000 });
  await pruneRunners(pool, { goneForMs: KEEP_GONE_RUNNERS_MS });
}
