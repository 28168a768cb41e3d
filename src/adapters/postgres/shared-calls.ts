import type { NewArtifact } from '../../domain/artifacts/header';
import { toJsonb } from './jsonb';
import type { NodePatch } from './ledger-types';
import { rows, type Db } from './rows';
import { retryLost } from './transaction';

interface SharedBase {
  callKey: string;
  tenant: string;
  runId: string | null;
  node: string | null;
  /** The call that was sent to the provider, and its attempt. */
  sharedFrom: string;
  sharedN: number;
  requestHash: string;
  patch?: NodePatch;
}

export type SharedResult =
  | (SharedBase & {
      outcome: 'answered';
      model: string;
      finishReason: string;
      inputTokens: number;
      outputTokens: number;
      artifactRef: string;
      /** Payloads are durable already. */
      artifacts: NewArtifact[];
    })
  | (SharedBase & { outcome: 'failed'; failureClass: string; failure: string });

export interface SharedAnswer {
  callKey: string;
  /** shared, failed: done now or before; stored: the call has another result; open: an attempt of it is under way. */
  answer: 'shared' | 'failed' | 'stored' | 'open';
  /** The call's stored result, whoever stored it. */
  artifactRef: string | null;
  /** Attempts of this node that its model failed, so far; null outside a run. */
  modelFailures: number | null;
}

/**
 * What calls take from an equal one that was paid: results, headers, nodes and outbox in one transaction, at no cost.
 * Idempotent by call key and attempt. One impossible item fails them all and changes nothing.
 */
export async function settleShared(db: Db, results: readonly SharedResult[]): Promise<SharedAnswer[]> {
  return retryLost(db, () =>
    rows<SharedAnswer>(
      db,
      `SELECT call_key AS "callKey", answer, artifact_ref AS "artifactRef", model_failures AS "modelFailures" FROM settle_shared($1)`,
      [toJsonb(results)],
    ),
  );
}
