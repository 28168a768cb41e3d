import type { Pool } from '../adapters/postgres/connection';
import { isStatementTimeout } from '../adapters/postgres/failures';
import { markSent, reserve, reserveAndSend, settle } from '../adapters/postgres/ledger';
import type {
  OwnedAttempt,
  ReserveAnswer,
  ReserveCall,
  SettleAnswer,
  SettleResult,
} from '../adapters/postgres/ledger-types';
import { settleShared, type SharedAnswer, type SharedResult } from '../adapters/postgres/shared-calls';
import { assert, present } from '../domain/kernel/assert';
import { LonghaulError } from '../domain/kernel/errors';
import { GroupCommit, type GroupCounts } from './group-commit';

/** One at work and one that waits for its locks: a third would only hold a connection. */
const AT_ONCE = 2;
/** The steps of the paid path that calls of one process take together. */
export interface Commits {
  reserve: GroupCommit<ReserveCall, ReserveAnswer>;
  reserveAndSend: GroupCommit<ReserveCall, ReserveAnswer>;
  /** Whether the attempt may be sent. */
  markSent: GroupCommit<OwnedAttempt, { owned: boolean }>;
  settle: GroupCommit<SettleResult, SettleAnswer>;
  settleShared: GroupCommit<SharedResult, SharedAnswer>;
}

/** @param size calls of one statement at most: its locks are held until its end, and larger ones make others wait longer */
export function openCommits(pool: Pool, leaseMs: number, size: number): Commits {
  const grouped = <Item, Answer>(commit: (items: readonly Item[]) => Promise<readonly Answer[]>) =>
    new GroupCommit<Item, Answer>({ commit, mayBeOnes, atOnce: AT_ONCE, size });
  return {
    reserve: grouped(async (calls) => inOrder(calls, await reserve(pool, [...calls]), ({ callKey }) => callKey)),
    reserveAndSend: grouped(async (calls) =>
      inOrder(calls, await reserveAndSend(pool, [...calls]), ({ callKey }) => callKey),
    ),
    markSent: grouped(async (attempts) => {
      const owned = new Set((await markSent(pool, [...attempts], leaseMs)).map(keyOf));
      return attempts.map((attempt) => ({ owned: owned.has(keyOf(attempt)) }));
    }),
    settle: grouped(async (results) => inOrder(results, await settle(pool, [...results]), keyOf)),
    settleShared: grouped(async (results) =>
      inOrder(results, await settleShared(pool, results), ({ callKey }) => callKey),
    ),
  };
}

export function countsOf(commits: Commits): Record<string, GroupCounts> {
  return Object.fromEntries(Object.entries(commits).map(([step, { counts }]) => [step, { ...counts }]));
}

/**
 * A server that is away is away for all. Everything else may be one item that cannot be: an unknown budget, a missing
 * attempt, or a row that a stopped process holds, on which all the others would meet again and again.
 */
function mayBeOnes(error: unknown): boolean {
  return isStatementTimeout(error) || !(LonghaulError.is(error) && error.code === 'ServiceUnavailable');
}

function keyOf({ callKey, n }: { callKey: string; n: number }): string {
  return `${callKey}#${n}`;
}

/** The functions answer by key. Two items of one key would each take the other's answer. */
function inOrder<Item, Answer>(
  items: readonly Item[],
  answers: readonly Answer[],
  key: (of: Item | Answer) => string,
): Answer[] {
  const byKey = new Map(answers.map((answer) => [key(answer), answer]));
  assert(byKey.size === items.length, `group commit: ${items.length} items, answers for ${byKey.size} keys`);
  return items.map((item) => present(byKey.get(key(item)), `group commit: no answer for ${key(item)}`));
}
