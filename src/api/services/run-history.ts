import { getRunHistory } from '../../adapters/postgres';
import { codeVersion, workflowHistory } from '../../adapters/temporal';
import { HISTORY_BYTES_MAX } from '../../contracts/history-limits';
import { runHistoryOf } from '../../contracts/run-history';
import { LonghaulError } from '../../domain/kernel/errors';
import type { ApiDeps } from '../deps';
import { requireRun } from './require-run';

/**
 * The run's history with what a replay needs: as it was stored when the run ended, or as Temporal has it now.
 *
 * @throws LonghaulError NotFound, HistoryUnavailable, ServiceUnavailable
 */
export async function runHistory(deps: ApiDeps, tenant: string, runId: string): Promise<Uint8Array> {
  const stored = await getRunHistory(deps.pool, tenant, runId);
  if (stored?.ref) return (await deps.artifacts.get(tenant, stored.ref)).payload;
  const run = await requireRun(deps.pool, tenant, runId);
  if (stored?.note) throw unavailable(run.workflowId, stored.note);
  const temporal = requireTemporal(deps);
  const query = { workflowId: run.workflowId, bytesMax: HISTORY_BYTES_MAX, whileOpen: true };
  const workflow = await workflowHistory(temporal, query);
  if (typeof workflow === 'string') throw unavailable(run.workflowId, 'Temporal does not know it (yet)');
  const { namespace } = temporal.options;
  const parts = { run, workflow, code: codeVersion(), namespace, node: process.version, exportedAt: new Date() };
  return Buffer.from(JSON.stringify(runHistoryOf(parts)));
}

function unavailable(workflowId: string, detail: string): LonghaulError {
  return new LonghaulError('HistoryUnavailable', { workflowId, detail });
}

function requireTemporal({ temporal }: ApiDeps) {
  if (temporal) return temporal.client;
  throw new LonghaulError('ServiceUnavailable', { service: 'Temporal', detail: 'it is not configured' });
}
