import { rows, type Db } from './rows';

export interface CallResult {
  callKey: string;
  n: number;
  artifactRef: string;
  /** Of the request that was paid; may differ from today's prompt, and the stored result is used all the same. */
  requestHash: string;
  model: string;
  finishReason: string;
  inputTokens: number;
  outputTokens: number;
  costMicroUsd: number;
}

export async function loadCallResult(db: Db, tenant: string, callKey: string): Promise<CallResult | undefined> {
  return (await loadCallResults(db, tenant, [callKey]))[0];
}

/** @returns the stored ones among them, in no particular order */
export async function loadCallResults(db: Db, tenant: string, callKeys: string[]): Promise<CallResult[]> {
  return rows<CallResult>(db, SELECT_RESULTS, [tenant, callKeys]);
}

const SELECT_RESULTS = `
  SELECT call_key AS "callKey", n, artifact_ref AS "artifactRef", request_hash AS "requestHash", model, finish_reason AS "finishReason",
         input_tokens AS "inputTokens", output_tokens AS "outputTokens", cost_micro_usd AS "costMicroUsd"
  FROM call_result WHERE tenant_id = $1 AND call_key = ANY ($2)`;
