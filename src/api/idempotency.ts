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
    const request = requestOf(context, route, body);
    if (request === undefined) return { ...(await create(tx)), replayed: false };
    const first = await firstOutcome<T>(tx, request);
    if (first) return { ...first, replayed: true };
    const outcome = await create(tx);
    await storeAnswer(tx, { ...request, ...outcome });
    return { ...outcome, replayed: false };
  });
}

/**
 * The same for what is done outside the book, without a transaction while it is done. A crash before the outcome is
 * stored, or two requests at once, do it twice: it has to know its key itself.
 *
 * @throws LonghaulError IdempotencyKeyReused | IdempotencyInProgress, or what `act` throws (nothing is kept then)
 */
export async function onceOutside<T>(
  context: RequestContext,
  route: string,
  body: unknown,
  act: () => Promise<Outcome<T>>,
): Promise<Outcome<T> & { replayed: boolean }> {
  const request = requestOf(context, route, body);
  if (request === undefined) return { ...(await act()), replayed: false };
  const first = await withTransaction(context.deps.pool, (tx) => firstOutcome<T>(tx, request));
  if (first) return { ...first, replayed: true };
  const outcome = await act();
  return await once(context, route, body, () => Promise.resolve(outcome));
}

type KeyedRequest = Parameters<typeof claimKey>[1];

function requestOf(
  { tenant, idempotencyKey: key }: RequestContext,
  route: string,
  body: unknown,
): KeyedRequest | undefined {
  return key === null ? undefined : { tenant, route, key, fingerprint: hashJson(body) };
}

async function firstOutcome<T>(tx: Tx, request: KeyedRequest): Promise<Outcome<T> | undefined> {
  const { key } = request;
  const claim = await claimKey(tx, request);
  if (claim.state === 'in-progress') throw new LonghaulError('IdempotencyInProgress', { key });
  if (claim.state === 'other-body') throw new LonghaulError('IdempotencyKeyReused', { key });
  return claim.state === 'answered' ? { status: claim.status, answer: claim.answer as T } : undefined;
}

export const REPLAYED = { 'idempotency-replayed': 'true' } as const;
