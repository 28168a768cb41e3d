import { execute, type Tx } from './rows';

export interface RetriedRun {
  tenant: string;
  /** The new run, created in this transaction. */
  runId: string;
  /** The finished one. */
  fromRunId: string;
  /** Reasons after which a node's stored calls are of no use: it begins under keys of its own. */
  unusableReasons: readonly string[];
}

/**
 * Makes a new run the continuation of a finished one: completed nodes are copied with their outputs and cost nothing; the
 * others keep the call keys of the run that they come from, so that answers stored there are used.
 *
 * @returns how many nodes are copied
 */
export async function continueFromRun(tx: Tx, retried: RetriedRun): Promise<number> {
  const { tenant, runId, fromRunId, unusableReasons } = retried;
  await execute(tx, 'UPDATE run SET parent_run_id = $3 WHERE id = $2 AND tenant_id = $1', [tenant, runId, fromRunId]);
  const reused = await execute(tx, COPY_COMPLETED, [tenant, runId, fromRunId]);
  await execute(tx, KEEP_KEYS, [tenant, runId, fromRunId, unusableReasons]);
  await execute(
    tx,
    `SELECT add_event($1, 'run-retries', NULL, jsonb_build_object('runId', $2::uuid, 'reused', $3::integer))`,
    [runId, fromRunId, reused],
  );
  return reused;
}

const COPY_COMPLETED = `
  UPDATE run_node n SET status = 'completed', output_ref = o.output_ref, model = o.model, started_at = o.started_at,
         completed_at = o.completed_at, reused_from_run_id = coalesce(o.reused_from_run_id, o.run_id)
  FROM run_node o WHERE n.run_id = $2 AND n.tenant_id = $1 AND o.run_id = $3 AND o.tenant_id = $1 AND o.name = n.name
    AND o.status = 'completed' AND o.output_ref IS NOT NULL`;
const KEEP_KEYS = `
  UPDATE run_node n SET origin_run_id = coalesce(o.origin_run_id, o.run_id)
  FROM run_node o WHERE n.run_id = $2 AND n.tenant_id = $1 AND o.run_id = $3 AND o.tenant_id = $1 AND o.name = n.name
    AND n.reused_from_run_id IS NULL AND (o.reason_code IS NULL OR o.reason_code <> ALL ($4::text[]))`;
