import type { NewArtifact } from '../../domain/artifacts/header';
import type { MicroUsd } from '../../domain/kernel/money';
import { publishArtifacts } from './artifacts';
import { createBudget } from './budgets';
import { execute, firstRow, rows, type Db, type Tx } from './rows';

export interface Completion {
  callKey: string;
  keyId: string;
  /** SHA-256 of the question. */
  fingerprint: string;
  /** Artifact of the request. */
  requestRef: string;
  createdAt: Date;
}

export interface NewCompletion {
  tenant: string;
  callKey: string;
  keyId: string;
  fingerprint: string;
  /** Its payload is durable or travels with it. */
  request: NewArtifact;
  /** Level of the key that pays. */
  keyBudget: { id: string; limitMicroUsd: MicroUsd };
  /** A level of this call alone, below the key's. */
  callBudget?: { id: string; limitMicroUsd: MicroUsd };
}

const SELECT_COMPLETION = `
  SELECT call_key AS "callKey", key_id AS "keyId", fingerprint, request_ref AS "requestRef", created_at AS "createdAt"
  FROM completion WHERE tenant_id = $1 AND call_key = $2`;

export async function loadCompletion(db: Db, tenant: string, callKey: string): Promise<Completion | undefined> {
  return firstRow<Completion>(db, SELECT_COMPLETION, [tenant, callKey]);
}

/**
 * Writes down what was asked, with the levels that pay for it, in the caller's transaction. Of several at once the first
 * one stays.
 *
 * @returns whether it was this one
 */
export async function insertCompletion(tx: Tx, completion: NewCompletion): Promise<boolean> {
  const { tenant, callKey, keyId, fingerprint, request, keyBudget, callBudget } = completion;
  await rows(tx, 'SELECT ensure_key_budget($1, $2, $3)', [tenant, keyBudget.id, keyBudget.limitMicroUsd]);
  const isFirst = await execute(
    tx,
    `INSERT INTO completion (call_key, tenant_id, key_id, fingerprint, request_ref) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (call_key) DO NOTHING`,
    [callKey, tenant, keyId, fingerprint, request.ref],
  );
  if (isFirst === 0) return false;
  if (callBudget) await createBudget(tx, { ...callBudget, tenant, parentId: keyBudget.id });
  await publishArtifacts(tx, [request]);
  return true;
}
