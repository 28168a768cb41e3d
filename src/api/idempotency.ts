import { claimKey, storeAnswer, withTransaction, type Tx } from '../adapters/postgres';
import { LonghaulError } from '../domain/kernel/errors';
import { hashJson } from '../domain/kernel/hash';
import type { RequestContext } from './route';

/** A first answer, as it is stored and given again: plain JSON. */
export interface Outcome<T> {
  status: number;
  answer: T;
}

/**
 * Runs `create` at most once per Idempotency-Key. Its answer is stored in the transaction that creates, so after a crash
 * either both are there or neither. Without a key it is one transaction.
 *
 * @param route method and path, such as `POST /runs`: one key may be used for two kinds of request
 * @throws LonghaulError IdempotencyKeyReused | IdempotencyInProgress, or what `create` throws (nothing is kept then)
 */
export async function once<T>(
  context: RequestContext,
  route: string,
  body: unknown,
  create: (tx: Tx) => Promise<Outcome<T>>,
): Promise<Outcome<T> & { replayed: boolean }> {
  return withTransaction(context.deps.pool, async (tx) => {
    const key = context.idempotencyKey;
    if (key === null) return { ...(await create(tx)), replayed: false };
    const request = { tenant: context.tenant, route, key, fingerprint: hashJson(body) };
    const claim = await claimKey(tx, request);
    if (claim.state === 'in-progress') throw new LonghaulError('IdempotencyInProgress', { key });
    if (claim.state === 'other-body') throw new LonghaulError('IdempotencyKeyReused', { key });
    if (claim.state === 'answered') return { status: claim.status, answer: claim.answer as T, replayed: true };
    const outcome = await create(tx);
    await storeAnswer(tx, { ...request, ...outcome });
    return { ...outcome, replayed: false };
  });
}

export const REPLAYED = { 'idempotency-replayed': 'true' } as const;
