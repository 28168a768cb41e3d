import type { Pool } from 'pg';
import { isConflict, isConnectionFailure, translate } from './failures';
import type { Db, Tx } from './rows';

const MAX_TRIES = 5;
/** On a frozen link each try takes a whole query timeout: two are enough to know. */
const GIVE_UP_MS = 20_000;

/**
 * Runs `body` between BEGIN and COMMIT; rolls back when it throws. Deadlocks (40P01) and serialisation failures (40001)
 * roll back completely, so the body is run again, up to five times: it must do nothing but ask this client.
 *
 * An error of COMMIT itself is never retried: the row may be durable although the reply was lost (seen with a cut
 * connection). The caller re-reads by its key: a run that was created under an idempotency key is found by `claimKey`.
 *
 * @throws LonghaulError ServiceUnavailable when the connection fails
 */
export async function withTransaction<T>(pool: Pool, body: (tx: Tx) => Promise<T>): Promise<T> {
  return retryConflicts(() => runOnce(pool, body));
}

async function runOnce<T>(pool: Pool, body: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await checkOut(pool);
  // The pool listens to idle clients only: one whose connection ends between two statements would end the process.
  client.on('error', ignoreLoss);
  let usable = false;
  try {
    await client.query('BEGIN');
    const result = await body(client);
    await client.query('COMMIT');
    usable = true;
    return result;
  } catch (error) {
    // On a frozen link a ROLLBACK would only double the wait.
    usable = !isConnectionFailure(causeOf(error)) && (await rollBack(client));
    throw translate(error);
  } finally {
    client.off('error', ignoreLoss);
    // A client whose state is unknown (an unanswered query, a failed rollback) must not serve the next caller.
    client.release(!usable);
  }
}

async function checkOut(pool: Pool): Promise<Tx> {
  try {
    return await pool.connect();
  } catch (error) {
    throw translate(error);
  }
}

function ignoreLoss(): void {
  // The statement under way, or the next one, fails with the same loss; there it is dealt with.
}

/** @returns whether the client is as new. What broke it is thrown already. */
async function rollBack(client: Tx): Promise<boolean> {
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}

/** Nothing was done, and the same again is right. */
async function retryConflicts<T>(run: () => Promise<T>): Promise<T> {
  return retryWhile(isConflict, run);
}

/**
 * For one statement that is idempotent by key: asks again after a conflict, and when the reply was lost with the
 * connection. Inside a transaction it asks once: there only the whole transaction can be repeated.
 */
export async function retryLost<T>(db: Db, run: () => Promise<T>): Promise<T> {
  if ('release' in db) return run();
  return retryWhile((error) => isConflict(error) || isConnectionFailure(causeOf(error)), run);
}

async function retryWhile<T>(retryable: (error: unknown) => boolean, run: () => Promise<T>): Promise<T> {
  const begunMs = performance.now();
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      if (tries === MAX_TRIES || performance.now() - begunMs > GIVE_UP_MS || !retryable(error)) throw error;
      await pause(tries);
    }
  }
}

/** 10, 20, 40, 80 ms, halved by chance at most, so that two that collided do not collide again. */
function pause(tries: number): Promise<void> {
  const delayMs = 10 * 2 ** (tries - 1) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error;
}
