import { execute, rows, type Db } from './rows';

/** An open breaker of one process. */
export interface OpenBreaker {
  provider: string;
  model: string;
  owner: string;
  kind: 'refused' | 'down';
  failures: number;
  detail: string;
  openedAt: Date;
  seenAt: Date;
}

/** Says that a breaker is open, and with each failed probe that it still is. */
export async function noteOpenBreaker(db: Db, breaker: Omit<OpenBreaker, 'openedAt' | 'seenAt'>): Promise<void> {
  const { provider, model, owner, kind, failures, detail } = breaker;
  await execute(
    db,
    `INSERT INTO breaker (provider, model, owner, kind, failures, detail) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (provider, model, owner) DO UPDATE SET kind = excluded.kind, failures = excluded.failures,
       detail = excluded.detail, seen_at = clock_timestamp()`,
    [provider, model, owner, kind, failures, detail],
  );
}

export async function forgetBreaker(db: Db, key: Pick<OpenBreaker, 'provider' | 'model' | 'owner'>): Promise<void> {
  await execute(db, 'DELETE FROM breaker WHERE provider = $1 AND model = $2 AND owner = $3', [
    key.provider,
    key.model,
    key.owner,
  ]);
}

/** A process that was killed leaves its rows behind; without a failure for a quarter of an hour they say nothing. */
export function openBreakers(db: Db): Promise<OpenBreaker[]> {
  return rows<OpenBreaker>(
    db,
    `SELECT provider, model, owner, kind, failures, detail, opened_at AS "openedAt", seen_at AS "seenAt" FROM breaker
     WHERE seen_at > clock_timestamp() - interval '15 minutes' ORDER BY provider, model, opened_at LIMIT 100`,
  );
}
