import { randomUUID } from 'node:crypto';
import type { OwnedAttempt } from './ledger-types';
import { firstRow, type Db } from './rows';
import { retryLost } from './transaction';

/** What a new owner of an attempt has to know of it. */
export interface TakenOver {
  epoch: number;
  responseId: string;
  priceVersion: string;
}

/** @returns false when the attempt is no longer this owner's: another process fetches the answer. */
export async function noteResponse(db: Db, { callKey, n, epoch }: OwnedAttempt, responseId: string): Promise<boolean> {
  return done(db, 'SELECT note_response($1, $2, $3, $4) AS done', [callKey, n, epoch, responseId]);
}

/** The response brings no answer, now or later: the call's next attempt is a new one. */
export async function endResponse(db: Db, { callKey, n, epoch }: OwnedAttempt): Promise<boolean> {
  return done(db, 'SELECT end_response($1, $2, $3) AS done', [callKey, n, epoch]);
}

/** Makes this process the owner of an attempt that `reserve` answered `resume` for. Undefined: somebody else has it. */
export async function takeOver(
  db: Db,
  attempt: { callKey: string; n: number; tenant: string; owner: string; leaseMs: number },
): Promise<TakenOver | undefined> {
  const { callKey, n, tenant, owner, leaseMs } = attempt;
  const values = [callKey, n, tenant, owner, randomUUID(), leaseMs];
  return retryLost(db, () =>
    firstRow<TakenOver>(
      db,
      `SELECT epoch, response_id AS "responseId", price_version AS "priceVersion" FROM take_over($1, $2, $3, $4, $5, $6)`,
      values,
    ),
  );
}

async function done(db: Db, statement: string, values: unknown[]): Promise<boolean> {
  const row = await retryLost(db, () => firstRow<{ done: boolean }>(db, statement, values));
  return row?.done === true;
}
