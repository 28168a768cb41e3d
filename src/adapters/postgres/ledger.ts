import { present } from '../../domain/kernel/assert';
import { toJsonb } from './jsonb';
import type {
  BudgetLevel,
  OwnedAttempt,
  ReconcileAnswer,
  ReconcileItem,
  ReserveAnswer,
  ReserveCall,
  SettleAnswer,
  SettleResult,
} from './ledger-types';
import { rows, type Db } from './rows';
import { retryLost } from './transaction';

export { noteNode, recordProgress, type NodeNote } from './progress';

/**
 * The paid path. Every function here is idempotent by key, so each asks again by itself (five times) after a conflict or
 * a lost connection: reserve by (callKey, token), the others by (callKey, n, epoch), by owner, or by what is true.
 * @throws LonghaulError ServiceUnavailable when PostgreSQL stays away
 */

/**
 * Asks for room for the worst case of each call, before anything is sent. Answers come in no particular order, one per
 * call; a batch in which some are refused admits the others.
 *
 * @throws Error (PostgreSQL 23503) when a budget does not exist for this tenant: unlimited spending fails closed
 */
export async function reserve(db: Db, calls: ReserveCall[]): Promise<ReserveAnswer[]> {
  const answers = await retryLost(db, () => rows<ReserveRow>(db, RESERVE, [toJsonb(calls)]));
  return answers.map(toReserveAnswer);
}

const ANSWERS = `
  SELECT call_key AS "callKey", answer, n, epoch, artifact_ref AS "artifactRef", lease_until AS "leaseUntil", lease_left_ms AS "leaseLeftMs",
         level, limit_micro_usd AS "limitMicroUsd", settled_micro_usd AS "settledMicroUsd",
         reserved_micro_usd AS "reservedMicroUsd", unknown_micro_usd AS "unknownMicroUsd"`;
const RESERVE = `${ANSWERS} FROM reserve($1)`;
const RESERVE_AND_SEND = `${ANSWERS} FROM reserve_and_send($1)`;

/**
 * Room and the mark that the attempt was sent in one transaction, for callers that hold a permit already. Who is admitted
 * may send; every other answer is `reserve`'s.
 */
export async function reserveAndSend(db: Db, calls: ReserveCall[]): Promise<ReserveAnswer[]> {
  const answers = await retryLost(db, () => rows<ReserveRow>(db, RESERVE_AND_SEND, [toJsonb(calls)]));
  return answers.map(toReserveAnswer);
}

interface ReserveRow extends Omit<BudgetLevel, 'budget'> {
  callKey: string;
  answer: ReserveAnswer['answer'];
  n: number;
  epoch: number;
  artifactRef: string;
  leaseUntil: Date;
  leaseLeftMs: number;
  level: string;
}

function toReserveAnswer(row: ReserveRow): ReserveAnswer {
  const { callKey, answer, n, epoch, artifactRef, leaseUntil, leaseLeftMs } = row;
  switch (answer) {
    case 'stored':
      return { answer, callKey, n, artifactRef };
    case 'leased':
      return { answer, callKey, n, leaseUntil, leaseLeftMs };
    case 'poison':
    case 'resume':
      return { answer, callKey, n };
    case 'admitted':
      return { answer, callKey, n, epoch, leaseUntil };
    default:
      return { answer, callKey, level: toLevel(row) };
  }
}

function toLevel({
  level,
  limitMicroUsd,
  settledMicroUsd,
  reservedMicroUsd,
  unknownMicroUsd,
}: ReserveRow): BudgetLevel {
  return { budget: level, limitMicroUsd, settledMicroUsd, reservedMicroUsd, unknownMicroUsd };
}

/**
 * The last durable step before the provider. Only the attempts it returns may be sent: the others were lost to another
 * process or ran out of their lease.
 */
export async function markSent(
  db: Db,
  attempts: OwnedAttempt[],
  leaseMs: number,
): Promise<{ callKey: string; n: number; leaseUntil: Date }[]> {
  return retryLost(db, () =>
    rows(db, `SELECT call_key AS "callKey", n, lease_until AS "leaseUntil" FROM mark_sent($1, $2)`, [
      keysOf(attempts),
      leaseMs,
    ]),
  );
}

/** Heartbeat for all that a process has in flight. @returns those it still owns; the others are to be aborted. */
export async function renew(
  db: Db,
  attempts: OwnedAttempt[],
  leaseMs: number,
): Promise<{ callKey: string; n: number }[]> {
  return retryLost(db, () =>
    rows(db, `SELECT call_key AS "callKey", n FROM renew($1, $2)`, [keysOf(attempts), leaseMs]),
  );
}

/**
 * Ends attempts: budgets, ledger, result, artifact headers, node and outbox in one transaction. One impossible item (an
 * attempt that does not exist, a missing result) fails the whole batch and changes nothing.
 */
export async function settle(db: Db, results: SettleResult[]): Promise<SettleAnswer[]> {
  return retryLost(db, () =>
    rows<SettleAnswer>(
      db,
      `SELECT call_key AS "callKey", n, answer, artifact_ref AS "artifactRef", model_failures AS "modelFailures" FROM settle($1)`,
      [toJsonb(results)],
    ),
  );
}

/**
 * For the sweeper, over all tenants: frees what dead processes hold, at most `limit` attempts at once. Never sent ones
 * become void, sent ones unknown at their maximum.
 *
 * @param graceMs how long after the end of its lease an attempt is left alone, so that a stalled process may renew
 */
export async function expire(
  db: Db,
  { limit, graceMs }: { limit: number; graceMs: number },
): Promise<{ voided: number; unknown: number }> {
  const [counts] = await retryLost(db, () =>
    rows<{ voided: number; unknown: number }>(db, 'SELECT voided, unknown FROM expire($1, $2)', [limit, graceMs]),
  );
  return present(counts, 'expire answers one row');
}

/**
 * For the reaper: ends the leases of processes that are certainly gone, so that retries need not wait for them.
 * @returns how many attempts they held
 */
export async function revokeLeases(db: Db, owners: string[]): Promise<number> {
  const [answer] = await retryLost(db, () =>
    rows<{ count: number }>(db, 'SELECT revoke_leases($1) AS count', [owners]),
  );
  return present(answer, 'revoke_leases answers one row').count;
}

/** Books what a provider's own log says of unknown attempts, and of unbilled ones that it billed after all. */
export async function reconcile(db: Db, tenant: string, items: ReconcileItem[]): Promise<ReconcileAnswer[]> {
  return retryLost(db, () =>
    rows<ReconcileAnswer>(db, `SELECT call_key AS "callKey", n, answer FROM reconcile($1, $2)`, [
      tenant,
      toJsonb(items),
    ]),
  );
}

/** Only the key: callers pass richer objects, which need not travel. */
function keysOf(attempts: OwnedAttempt[]): string {
  return toJsonb(attempts.map(({ callKey, n, epoch }) => ({ callKey, n, epoch })));
}
