import { present } from '../../domain/kernel/assert';
import type { MicroUsd } from '../../domain/kernel/money';
import { toJsonb } from './jsonb';
import { firstRow, type Db } from './rows';
import { retryLost } from './transaction';

/** What a program spent at a provider without the gateway. */
export interface RecordedCost {
  /** Idempotent by it. */
  callKey: string;
  tenant: string;
  runId: string | null;
  node: string | null;
  /** Lowest levels; their parents are found by the database. None: it counts for the tenant's usage only. */
  budgets: string[];
  provider: string;
  model: string;
  priceVersion: string;
  /** Of the request: the same key with another one is refused. */
  fingerprint: string;
  costMicroUsd: MicroUsd;
  inputTokens: number;
  outputTokens: number;
  metadata: Record<string, unknown> | null;
}

export interface BookedCost {
  /** already: booked before, nothing changes. other: the key stands for another cost. */
  answer: 'booked' | 'already' | 'other';
  costMicroUsd: MicroUsd;
  /** What did not fit its budgets. */
  overMicroUsd: MicroUsd;
}

export async function bookCost(db: Db, cost: RecordedCost): Promise<BookedCost> {
  const row = await retryLost(db, () =>
    firstRow<BookedCost>(
      db,
      'SELECT answer, cost_micro_usd AS "costMicroUsd", over_micro_usd AS "overMicroUsd" FROM book_cost($1)',
      [toJsonb(cost)],
    ),
  );
  return present(row, 'book_cost answers one row');
}
