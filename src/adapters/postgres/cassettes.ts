import type { MicroUsd } from '../../domain/kernel/money';
import { present } from '../../domain/kernel/assert';
import type { PlayedCall } from '../../domain/llm/played-call';
import { toJsonb } from './jsonb';
import type { NewRecording, Recording } from './recording';
import { execute, firstRow, rows, type Db } from './rows';
import { retryLost } from './transaction';

/** Idempotent. */
export async function recordAnswers(db: Db, recordings: readonly NewRecording[]): Promise<void> {
  await retryLost(db, () => rows(db, 'SELECT record_answers($1)', [toJsonb(recordings)]));
}

export interface StoredRecording extends Recording {
  recordedAt: Date;
  hits: number;
}

const RECORDING = `
  SELECT request_hash AS "requestHash", answer, answer_sha256 AS sha256, model, input_tokens AS "inputTokens", output_tokens AS "outputTokens",
         cost_micro_usd AS "costMicroUsd", recorded_at AS "recordedAt", hits
  FROM cassette WHERE tenant_id = $1 AND name = $2`;

export async function loadRecording(
  db: Db,
  tenant: string,
  name: string,
  requestHash: string,
): Promise<StoredRecording | undefined> {
  return firstRow<StoredRecording>(db, `${RECORDING} AND request_hash = $3`, [tenant, name, requestHash]);
}

/** By request hash, after `after`. */
export async function listRecordings(
  db: Db,
  { tenant, name, after, limit }: { tenant: string; name: string; after?: string; limit: number },
): Promise<StoredRecording[]> {
  const page = `${RECORDING} AND request_hash > $3 ORDER BY request_hash LIMIT $4`;
  return rows<StoredRecording>(db, page, [tenant, name, after ?? '', limit]);
}

export interface CassetteSummary {
  name: string;
  recordings: number;
  hits: number;
  costMicroUsd: MicroUsd;
  firstRecordedAt: Date;
  lastRecordedAt: Date;
}

/** By name. */
export async function listCassettes(db: Db, tenant: string): Promise<CassetteSummary[]> {
  return rows<CassetteSummary>(
    db,
    `SELECT name, count(*) AS recordings, sum(hits)::bigint AS hits, sum(cost_micro_usd)::bigint AS "costMicroUsd",
            min(recorded_at) AS "firstRecordedAt", max(recorded_at) AS "lastRecordedAt"
     FROM cassette WHERE tenant_id = $1 GROUP BY name ORDER BY name`,
    [tenant],
  );
}

/** @returns how many recordings it had */
export async function deleteCassette(db: Db, tenant: string, name: string): Promise<number> {
  return execute(db, 'DELETE FROM cassette WHERE tenant_id = $1 AND name = $2', [tenant, name]);
}

/** For a call that ends with the miss; one that is paid instead is counted with its settlement. */
export async function countMiss(db: Db, tenant: string, runId: string, node: string): Promise<void> {
  const counts = `UPDATE run_node SET cassette_misses = cassette_misses + 1 WHERE tenant_id = $1 AND run_id = $2 AND name = $3`;
  await execute(db, counts, [tenant, runId, node]);
}

export type PlayAnswer =
  /** Done now, or done before: the call's result. */
  | { answer: 'played' | 'stored'; artifactRef: string }
  /** An attempt of this call is under way. */
  | { answer: 'open' };

/** Stores a recorded answer as the result of a call, at no cost. Idempotent: the first result of a call stays. */
export async function playRecording(db: Db, call: PlayedCall): Promise<PlayAnswer> {
  const sql = 'SELECT answer, artifact_ref AS "artifactRef" FROM play_recording($1)';
  return present(
    (await retryLost(db, () => rows<PlayAnswer>(db, sql, [toJsonb(call)])))[0],
    'play_recording answers one row',
  );
}

/** The same of many, in one transaction and in their order. */
export async function playRecordings(db: Db, calls: readonly PlayedCall[]): Promise<PlayAnswer[]> {
  const sql = 'SELECT answer, artifact_ref AS "artifactRef" FROM play_recordings($1)';
  return await retryLost(db, () => rows<PlayAnswer>(db, sql, [toJsonb(calls)]));
}
