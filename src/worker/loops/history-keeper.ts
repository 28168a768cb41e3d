import {
  noteRunHistory,
  runsWithoutHistory,
  setRunHistory,
  type Pool,
  type RunWithoutHistory,
} from '../../adapters/postgres';
import { codeVersion, workflowHistory, type TemporalClient, type WorkflowHistory } from '../../adapters/temporal';
import type { Log } from '../../adapters/log';
import { runHistoryOf } from '../../contracts/run-history';
import { HISTORY_BYTES_MAX } from '../../contracts/history-limits';
import { LonghaulError } from '../../domain/kernel/errors';
import type { ArtifactBus } from '../../gateway/artifacts';
import { startLoop, type Loop } from './loop';

export interface HistoryKeeperDeps {
  pool: Pool;
  temporal: TemporalClient['client'];
  artifacts: Pick<ArtifactBus, 'publish'>;
  log: Log;
}

const LOOK_EVERY_MS = 5_000;
const RUNS_PER_PAGE = 100;
/** Until then a workflow that Temporal does not know may be one of another address that somebody set for a moment. */
const GIVE_UP_MS = 3_600_000;

/**
 * Keeps the history of every finished run as an artifact, so that it can be replayed after Temporal's retention (30 days
 * with the embedded server, a day on a bare dev server). One run at a time: a history may weigh 48 MiB. Several io workers may do it at once, because the
 * artifact has a key of its own and the first reference stays.
 */
export function startHistoryKeeper(deps: HistoryKeeperDeps): Loop {
  return startLoop('keep histories', LOOK_EVERY_MS, () => keepHistories(deps), deps.log);
}

export async function keepHistories(deps: HistoryKeeperDeps): Promise<void> {
  for (let after: string | undefined; ;) {
    const page = await runsWithoutHistory(deps.pool, { limit: RUNS_PER_PAGE, after });
    for (const run of page) await keepOne(deps, run).catch((error: unknown) => failedOne(deps, run, error));
    after = page.at(-1)?.runId;
    if (after === undefined) return;
  }
}

async function keepOne(deps: HistoryKeeperDeps, run: RunWithoutHistory): Promise<void> {
  const query = { workflowId: run.workflowId, bytesMax: HISTORY_BYTES_MAX, whileOpen: false };
  const workflow = await workflowHistory(deps.temporal, query);
  if (workflow === 'open') return; // the row is closed a moment before the workflow is
  if (workflow === 'missing') return await giveUp(deps, run);
  await store(deps, run, workflow);
}

async function store(deps: HistoryKeeperDeps, run: RunWithoutHistory, workflow: WorkflowHistory): Promise<void> {
  const { tenant, runId } = run;
  const { namespace } = deps.temporal.options;
  const parts = { run, workflow, code: codeVersion(), namespace, node: process.version, exportedAt: new Date() };
  const { ref } = await deps.artifacts.publish(
    {
      ...{ tenant, sessionId: runId, type: 'snapshot', tags: ['history'], mime: 'application/json' },
      ...{ idempotencyKey: `history:${runId}`, meta: { executions: workflow.executions.length } },
    },
    Buffer.from(JSON.stringify(runHistoryOf(parts))),
  );
  await setRunHistory(deps.pool, tenant, runId, ref);
}

async function giveUp(
  { pool, log }: HistoryKeeperDeps,
  { tenant, runId, completedAt }: RunWithoutHistory,
): Promise<void> {
  if (completedAt !== null && Date.now() - completedAt.getTime() < GIVE_UP_MS) return;
  await noteRunHistory(
    pool,
    tenant,
    runId,
    'Temporal does not know the workflow: it never started, or is past retention',
  );
  log.warn({ runId }, 'the history of a finished run is gone before it was stored');
}

/** One run that cannot be kept must not keep those behind it from it; a service that is away ends the turn. */
async function failedOne(
  { pool, log }: HistoryKeeperDeps,
  { tenant, runId }: RunWithoutHistory,
  error: unknown,
): Promise<void> {
  if (LonghaulError.is(error) && error.retryable) throw error;
  if (LonghaulError.is(error) && ['HistoryUnavailable', 'PayloadTooLarge'].includes(error.code))
    await noteRunHistory(pool, tenant, runId, error.message);
  log.warn({ err: error, runId }, 'the history of a finished run could not be stored');
}
