import { leaveBudgetQueues } from '../adapters/postgres/budget-waiters';
import type { BudgetLevel, ReserveAnswer, ReserveCall } from '../adapters/postgres/ledger-types';
import { LonghaulError } from '../domain/kernel/errors';
import type { Commits } from './commits';
import { crashPoint } from './crash-point';
import type { Parts } from './parts';
import type { WantedPermit } from './permits';
import { pollDelayMs, sleep } from './sleep';
import { insist, settleSurely } from './store-answer';
import type { Waiting } from './waiting';

/** A place in the queue outlives one poll and one return of the activity, so that waiting again does not mean last. */
export const WAITER_TTL_MS = 10_000;

export type Admission =
  | { admitted: { n: number; epoch: number; sent: boolean } }
  | { stored: true }
  /** The provider has a response of attempt `n`: nothing is to be paid again. */
  | { resume: number };

/**
 * Room, when a permit is at hand: then the permit comes first, and reserving marks the attempt sent in the same
 * transaction. Two commits became one. Undefined when either has to be waited for: then room is had before the permit,
 * so that nobody holds a permit while he waits for room.
 */
export async function admitAtOnce(
  parts: Parts,
  request: ReserveCall,
  wanted: WantedPermit,
  signal: AbortSignal,
): Promise<Admission | undefined> {
  if (!(await parts.permits.takeAtOnce(wanted))) return undefined;
  try {
    const answer = await reserveWithPermit(parts, request, wanted, signal);
    if (answer.answer === 'admitted') return { admitted: { n: answer.n, epoch: answer.epoch, sent: true } };
    return answer.answer === 'stored' ? { stored: true } : undefined;
  } catch (error) {
    if (!LonghaulError.is(error) || error.code !== 'ServiceUnavailable') throw error;
    await takeBack(parts, request);
    signal.throwIfAborted();
    return undefined;
  }
}

async function reserveWithPermit(
  { commits, permits }: Parts,
  request: ReserveCall,
  wanted: WantedPermit,
  signal: AbortSignal,
): Promise<ReserveAnswer> {
  let sent = false;
  try {
    crashPoint('before-reserve');
    const answer = await commits.reserveAndSend.add(request, signal);
    sent = answer.answer === 'admitted';
    return answer;
  } finally {
    if (!sent) await permits.release(wanted, { unused: true });
  }
}

/**
 * The reply was lost, so the attempt may be marked sent although nothing left: forgotten, it would hold its maximum and
 * count as lost. Asked again under its token it is found, whatever the caller wants by now, and given back instead of
 * sent, because the outage may have outlived its permit.
 *
 * @throws LonghaulError ServiceUnavailable when PostgreSQL stays away; the lease then ends the attempt, if there is one
 */
async function takeBack({ commits, settleWithinMs, deps: { log } }: Parts, request: ReserveCall): Promise<void> {
  const { callKey } = request;
  const patience = { withinMs: settleWithinMs, log, callKey, what: 'reserve' };
  const answer = await insist(() => commits.reserveAndSend.add(request), patience);
  if (answer.answer !== 'admitted') return;
  const { n, epoch } = answer;
  const failure = 'the reply to its reservation was lost';
  const givenBack = { callKey, n, epoch, outcome: 'failed' as const, failureClass: 'not-sent', failure };
  await settleSurely(commits, givenBack, settleWithinMs, log);
}

/**
 * Asks for room until there is some. Waits for others' reservations, for reconciliation, and for another process that
 * has the same call under way (for its end, or for the end of its lease).
 *
 * @throws LonghaulError BudgetExceeded | PoisonCall, the waits' errors, or the signal's reason.
 */
export async function admit(
  { commits, deps: { pool } }: Parts,
  request: ReserveCall,
  waiting: Waiting,
  signal: AbortSignal,
): Promise<Admission> {
  try {
    return await askForRoom(commits, request, waiting, signal);
  } catch (error) {
    // Who comes back keeps its place. Others would keep younger calls waiting; should this fail, their place expires.
    const comesBack = LonghaulError.is(error) && error.retryable;
    if (!comesBack) await leaveBudgetQueues(pool, request.callKey).catch(() => undefined);
    throw error;
  }
}

async function askForRoom(
  { reserve }: Commits,
  request: ReserveCall,
  waiting: Waiting,
  signal: AbortSignal,
): Promise<Admission> {
  for (let turn = 0; ; turn += 1) {
    signal.throwIfAborted();
    crashPoint('before-reserve');
    const answer = await reserve.add(request, signal);
    const delayMs = pollDelayMs(turn);
    switch (answer.answer) {
      case 'stored':
        return { stored: true };
      case 'resume':
        return { resume: answer.n };
      case 'admitted':
        crashPoint('after-reserve');
        waiting.ended();
        return { admitted: { n: answer.n, epoch: answer.epoch, sent: false } };
      case 'refused':
        throw budgetExceeded(request, answer.level);
      case 'poison':
        throw new LonghaulError('PoisonCall', { callKey: request.callKey, attempts: answer.n });
      case 'leased':
        await waiting.turn({ for: 'other-process', leaseUntil: answer.leaseUntil }, delayMs);
        break;
      case 'wait':
        await waiting.turn({ for: 'budget', budget: answer.level.budget }, delayMs);
        break;
      case 'unknown':
        await waiting.turn({ for: 'reconciliation', budget: answer.level.budget }, delayMs);
        break;
    }
    await sleep(Math.min(delayMs, waiting.leftMs), signal);
  }
}

function budgetExceeded({ callKey, estimateMicroUsd }: ReserveCall, level: BudgetLevel): LonghaulError {
  const { budget, limitMicroUsd, settledMicroUsd, unknownMicroUsd } = level;
  return new LonghaulError('BudgetExceeded', {
    callKey,
    worstCaseMicroUsd: estimateMicroUsd,
    budget,
    limitMicroUsd,
    settledMicroUsd,
    unknownMicroUsd,
  });
}
