import type { NewArtifact } from '../../domain/artifacts/header';
import { storableText, toJsonb } from './jsonb';
import { rows, type Db } from './rows';
import { retryLost } from './transaction';

export interface CompletedNode {
  tenant: string;
  runId: string;
  node: string;
  /** Headers to publish; their payloads are durable or travel with them. */
  artifacts: readonly NewArtifact[];
  /** Which of them is the node's output. */
  outputRef: string;
  /** What people read as the model: `human:…`, `tool:…`, or a model's name. */
  model: string;
  /** Set where the step ran beside the workflow, without an activity. */
  fastKey?: string;
}

/**
 * Makes an artifact the output of a node that no settlement completes (a person's answer, a tool's result, an answer that
 * an earlier run paid for). Idempotent: a node that is completed keeps its output.
 *
 * @returns the node's output: of the first completion
 */
export async function completeNode(db: Db, node: CompletedNode): Promise<string> {
  const [row] = await retryLost(db, () =>
    rows<{ ref: string }>(db, 'SELECT complete_node($1, $2, $3, $4, $5, $6, $7) AS ref', [
      node.tenant,
      node.runId,
      node.node,
      toJsonb(node.artifacts),
      node.outputRef,
      storableText(node.model),
      node.fastKey ?? null,
    ]),
  );
  return row!.ref;
}
