import { cancelsToPassOn, remindOfTasks, settleDueTasks, undeliveredDecisions } from '../../adapters/postgres';
import { type ControlDeps } from '../../control/deps';
import { deliverDecision } from '../../control/deliver-decision';
import { passOnCancel } from '../../control/pass-on-cancel';
import type { Log } from '../../adapters/log';
import { startLoop, type Loop } from './loop';

export interface MessengerDeps extends ControlDeps {
  log: Log;
}

const LOOK_EVERY_MS = 1_000;
const BATCH = 50;

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

/** One that cannot be told now must not keep the others waiting; the failure lets the loop wait longer. */
async function allOrFirstFailure(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
