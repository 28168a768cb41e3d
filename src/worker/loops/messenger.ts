import {
  cancelsToPassOn,
  remindOfTasks,
  settleDueTasks,
  undeliveredDecisions,
  untoldBatches,
  untoldWaiters,
  type UntoldWaiter,
} from '../../adapters/postgres';
import { deliverDecision } from '../../control/deliver-decision';
import { passOnCancel } from '../../control/pass-on-cancel';
import { tellWaiters } from '../../control/tell-waiters';
import { wakeLane, type WakeDeps } from '../../control/wake-lane';
import type { Log } from '../../adapters/log';
import { startLoop, type Loop } from './loop';

export interface MessengerDeps extends WakeDeps {
  log: Log;
}

const LOOK_EVERY_MS = 1_000;
const BATCH = 50;
/** One signal names so many calls at most. */
const CALLS_PER_SIGNAL = 100;
/** A lane looks at its batches every few minutes; one that has been silent so long is told again, or started anew. */
const LANE_SILENT_MS = 1_800_000;

/**
 * What people decided reaches their runs, and what they did not decide in time is decided by the due time. The API tells
 * Temporal at once; here it is told again until it has answered. Every step is idempotent, so several io workers may do it.
 */
export function startMessenger(deps: MessengerDeps): Loop {
  const loops = [
    startLoop('due tasks', LOOK_EVERY_MS, () => settleDueTasks(deps.pool, { limit: BATCH }), deps.log),
    startLoop('reminders', LOOK_EVERY_MS, () => remindOfTasks(deps.pool, { limit: BATCH }), deps.log),
    startLoop('deliver decisions', LOOK_EVERY_MS, () => deliverDecisions(deps), deps.log),
    startLoop('pass on cancellations', LOOK_EVERY_MS, () => passOnCancels(deps), deps.log),
    startLoop('wake batch lanes', LOOK_EVERY_MS, () => wakeLanes(deps), deps.log),
    startLoop('tell ends of batches', LOOK_EVERY_MS, () => tellEnds(deps), deps.log),
  ];
  return { stop: async () => void (await Promise.all(loops.map((loop) => loop.stop()))) };
}

async function deliverDecisions(deps: MessengerDeps): Promise<void> {
  const told: Promise<void>[] = [];
  // All of them, page by page: a run that cannot be told, with many decisions, would be the first page for ever.
  for (let after: string | undefined; ;) {
    const page = await undeliveredDecisions(deps.pool, { limit: BATCH, after });
    const telling = page.map((decision) => deliverDecision(deps, decision));
    told.push(...telling);
    await Promise.allSettled(telling);
    after = page.at(-1)?.taskId;
    if (after === undefined) return await allOrFirstFailure(told);
  }
}

async function passOnCancels(deps: MessengerDeps): Promise<void> {
  const runs = await cancelsToPassOn(deps.pool, { limit: BATCH });
  await allOrFirstFailure(runs.map((run) => passOnCancel(deps, run)));
}

async function wakeLanes(deps: MessengerDeps): Promise<void> {
  const batches = await untoldBatches(deps.pool, { limit: BATCH, silentMs: LANE_SILENT_MS });
  await allOrFirstFailure(batches.map((batch) => wakeLane(deps, batch)));
}

/** All of them, page by page, as decisions are: a batch of a thousand ends at once. */
async function tellEnds(deps: MessengerDeps): Promise<void> {
  const told: Promise<void>[] = [];
  for (let after: UntoldWaiter | undefined; ;) {
    const page = await untoldWaiters(deps.pool, { limit: CALLS_PER_SIGNAL, after });
    const telling = byWorkflow(page).map((group) => tellWaiters(deps, group));
    told.push(...telling);
    await Promise.allSettled(telling);
    after = page.at(-1);
    if (after === undefined) return await allOrFirstFailure(told);
  }
}

function byWorkflow(waiters: readonly UntoldWaiter[]): UntoldWaiter[][] {
  const groups = new Map<string, UntoldWaiter[]>();
  for (const waiter of waiters) groups.set(waiter.workflowId, [...(groups.get(waiter.workflowId) ?? []), waiter]);
  return [...groups.values()];
}

/** One that cannot be told now must not keep the others waiting; the failure lets the loop wait longer. */
async function allOrFirstFailure(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
