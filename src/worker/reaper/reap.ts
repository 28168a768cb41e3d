import { existsSync } from 'node:fs';
import { ApplicationFailure } from '@temporalio/common';
import type { Log } from '../../adapters/log';
import { failAttempt, freeWorkflows, type TemporalClient } from '../../adapters/temporal';
import { taskQueue } from '../../contracts/task-queues';
import { LonghaulError } from '../../domain/kernel/errors';
import { certainlyDead } from '../../gateway/owner';
import { dropRegister, readRegisters, type LeftRegister } from './register-file';

export interface ReaperDeps {
  client: TemporalClient['client'];
  dir: string;
  taskQueuePrefix: string;
  log: Log;
}

/** All of it: what is not done by then is left to timeouts, because whoever boots must not wait on a sick server. */
const DEADLINE_MS = 5_000;

/**
 * Ends what the processes of this machine that are certainly gone have left under way, so that it is repeated after one
 * process boot and not after a timeout. Their leases must have been ended before: the next attempt starts at once.
 * Never throws: what is not ended here, timeouts end.
 */
export async function reapLostWorkers(deps: ReaperDeps): Promise<void> {
  if (!existsSync(deps.dir)) return;
  const left = readRegisters(deps.dir, deps.log);
  const dead = new Set(certainlyDead(left.map(({ owner }) => owner)));
  await deps.client.withDeadline(Date.now() + DEADLINE_MS, () =>
    Promise.all(left.filter(({ owner }) => dead.has(owner)).map((register) => reap(deps, register))),
  );
}

async function reap(deps: ReaperDeps, left: LeftRegister): Promise<void> {
  const { client, log } = deps;
  const failure = workerLost(left.owner);
  try {
    const ended = await Promise.all(left.tokens.map((token) => failAttempt(client, token, failure)));
    const queues = STICKY_ROLES.filter((role) => left.roles.includes(role));
    const lost = { identity: left.owner, failure };
    const freed = await Promise.all(
      queues.map((role) => freeWorkflows(client, taskQueue(role, deps.taskQueuePrefix), lost)),
    );
    dropRegister(left.file);
    const errors = freed.flatMap((one) => one.errors);
    if (errors.length > 0) log.warn({ err: errors[0], lost: left.owner, errors: errors.length }, NOT_ALL);
    const counted = freed.map(({ workflows, tasks }) => ({ workflows, tasks }));
    const activities = ended.filter(Boolean).length;
    log.info({ lost: left.owner, activities, freed: counted }, 'ended what a lost worker left');
  } catch (error) {
    log.warn({ err: error, lost: left.owner }, 'could not end what a lost worker left; timeouts do');
  }
}

const NOT_ALL = 'could not free every workflow of a lost worker; timeouts do';

/** Those that hold workflows in their cache. */
const STICKY_ROLES = ['workflows', 'simulations'] as const;

/** No model said anything, so nothing is counted: what the call cost is the ledger's matter. */
function workerLost(owner: string): ApplicationFailure {
  const { message, code } = new LonghaulError('WorkerLost', { process: owner });
  return ApplicationFailure.create({ message, type: code, nonRetryable: false, nextRetryDelay: 1 });
}
