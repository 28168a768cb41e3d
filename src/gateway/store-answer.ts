import type { SettleAnswer, SettleResult } from '../adapters/postgres/ledger-types';
import { LonghaulError } from '../domain/kernel/errors';
import { messageOf } from '../domain/kernel/message-of';
import type { Commits } from './commits';
import type { Log } from './log';
import { pollDelayMs, sleep } from './sleep';

/** Money that is gone must be booked, whatever the caller wants by now: this signal never fires. */
const NEVER = new AbortController().signal;

/**
 * Settles one attempt, and goes on trying with the same arguments: settling is idempotent, so a lost reply (was it
 * committed?) is answered by asking again. A PostgreSQL that is away does not lose a paid answer while this process lives.
 *
 * @throws LonghaulError PaymentUnsettled after `withinMs`; the sweeper then holds the attempt at its maximum.
 */
export async function settleSurely(
  { settle }: Commits,
  result: SettleResult,
  withinMs: number,
  log: Log,
): Promise<SettleAnswer> {
  return untilDone(() => settle.add(result), { withinMs, log, callKey: result.callKey, what: 'settle' });
}

interface Patience {
  withinMs: number;
  log: Log;
  callKey: string;
  what: string;
}

/** Repeats `work` with growing pauses until it succeeds. @throws LonghaulError PaymentUnsettled. */
export async function untilDone<T>(work: () => Promise<T>, patience: Patience): Promise<T> {
  try {
    return await insist(work, patience);
  } catch (error) {
    throw unsettled(patience.callKey, error);
  }
}

/** Repeats `work` with growing pauses while its error may pass. @throws the last error of `work` */
export async function insist<T>(work: () => Promise<T>, { withinMs, log, callKey, what }: Patience): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (let turn = 0; ; turn += 1) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error) || performance.now() >= deadline) throw error;
      log.warn({ err: error, callKey, what }, 'a step of the paid path is not known to be done; trying again');
      await sleep(pollDelayMs(turn, 2_000), NEVER);
    }
  }
}

/** A service that is away comes back, a full disk is emptied. A broken invariant or a refused statement stays what it is. */
function mayPass(error: unknown): boolean {
  if (LonghaulError.is(error)) return error.retryable;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return /^(E[A-Z]+|53\d{3}|57P\d{2}|08\d{3}|40\d{3})$/.test(code);
}

function unsettled(callKey: string, error: unknown): LonghaulError {
  const detail = messageOf(error);
  return new LonghaulError('PaymentUnsettled', { callKey, detail: detail.slice(0, 500) }, [], { cause: error });
}
