import type { Pool } from '../../adapters/postgres';
import {
  closeRun,
  expire,
  getGraph,
  getRun,
  markRunStarted,
  openRuns,
  overdueUnknown,
  pendingLaunches,
  pruneIdempotency,
  pruneOutbox,
  type Run,
} from '../../adapters/postgres';
import { cancelWorkflow, startWorkflow, type TemporalClient, workflowOutcome } from '../../adapters/temporal';
import { agentRunStart, type StartSpec } from '../../contracts/agent-run-start';
import type { AgentGraph } from '../../domain/agents/agent-graph';
import { present } from '../../domain/kernel/assert';
import type { Log } from '../../adapters/log';
import { startLoop, type Loop } from './loop';

export interface SweeperDeps {
  pool: Pool;
  temporal: TemporalClient['client'];
  taskQueuePrefix: string;
  log: Log;
}

/** A process that was merely stopped renews first when it goes on; 250 ms is one renewal's jitter. */
const EXPIRE_GRACE_MS = 250;
/** Published rows refill a flushed Redis; after a week the streams have long moved on. */
const KEEP_PUBLISHED_MS = 7 * 86_400_000;
/** Closed by nobody but a person: an address that is wrong for a minute would close every run there is. */
const MISSING =
  'Temporal does not know this run although it was started: another server, or its data are gone. `longhaul runs cancel` closes it.';
/** The API starts a run within its request; only what it could not start is left after this. */
const LAUNCH_AFTER_MS = 3_000;

/**
 * Sets right what no request comes back for: attempts whose lease ran out, accepted runs that never started, rows of
 * runs that were ended from outside, old idempotency keys, published outbox rows. Every step is idempotent, so several
 * io workers may sweep at once.
 */
export function startSweeper(deps: SweeperDeps): Loop {
  const loops = [
    startLoop('expire leases', 1_000, () => expire(deps.pool, { limit: 500, graceMs: EXPIRE_GRACE_MS }), deps.log),
    startLoop('start accepted runs', 1_000, () => startAccepted(deps), deps.log),
    startLoop('close ended runs', 15_000, () => closeEnded(deps), deps.log),
    startLoop('alarm unknown spend', 600_000, () => alarmUnknown(deps), deps.log),
    startLoop('prune', 600_000, () => prune(deps), deps.log),
  ];
  return { stop: async () => void (await Promise.all(loops.map((loop) => loop.stop()))) };
}

async function startAccepted(deps: SweeperDeps): Promise<void> {
  for (const run of await pendingLaunches(deps.pool, { olderThanMs: LAUNCH_AFTER_MS, limit: 50 })) {
    // One run that cannot be started must not keep those behind it from starting.
    await startOne(deps, run).catch((error: unknown) =>
      deps.log.warn({ err: error, runId: run.runId }, 'an accepted run could not be started; it is tried again'),
    );
  }
}

async function startOne(deps: SweeperDeps, run: Run): Promise<void> {
  await startWorkflow(deps.temporal, await startSpec(deps, run));
  if (!(await markRunStarted(deps.pool, run.tenant, run.runId))) await stopIfClosed(deps, run);
  deps.log.info({ runId: run.runId }, 'started an accepted run');
}

/** A run that was cancelled between the look and the start has a closed row; its workflow must not go on spending. */
async function stopIfClosed({ pool, temporal }: SweeperDeps, { tenant, runId, workflowId }: Run): Promise<void> {
  const now = await getRun(pool, tenant, runId);
  if (now?.launch === 'closed') await cancelWorkflow(temporal, workflowId);
}

async function startSpec(
  { pool, taskQueuePrefix }: SweeperDeps,
  { tenant, runId, name, graphId, parameters }: Run,
): Promise<StartSpec> {
  const graph = present(
    await getGraph(pool, tenant, present(graphId, `agent run ${runId} has no graph`)),
    `run ${runId}: graph ${graphId} is gone`,
  );
  return agentRunStart({
    ...{ tenant, runId, graphName: name, graphId: graph.graphId, taskQueuePrefix },
    ...{ graph: graph.definition as AgentGraph, parameters },
  });
}

/** A workflow that was terminated, timed out or failed cannot write its own end. */
async function closeEnded({ pool, temporal, log }: SweeperDeps): Promise<void> {
  for (let after: string | undefined; ;) {
    const page = await openRuns(pool, { limit: 100, after });
    for (const { tenant, runId, workflowId } of page) {
      const outcome = await workflowOutcome(temporal, workflowId);
      if (outcome === 'missing') log.warn({ runId }, MISSING);
      // `completed` has recorded its end already, or is about to; `missing` may be a wrong address for the moment.
      if (['open', 'completed', 'continued_as_new', 'missing'].includes(outcome)) continue;
      const status = outcome === 'canceled' || outcome === 'terminated' ? 'cancelled' : 'failed';
      await closeRun(pool, {
        tenant,
        runId,
        status,
        reasonCode: `workflow_${outcome}`,
        reason: `The workflow was ended from outside (${outcome}).`,
      });
      log.warn({ runId, outcome }, 'closed the row of a run that was ended from outside');
    }
    after = page.at(-1)?.runId;
    if (after === undefined) return;
  }
}

async function alarmUnknown({ pool, log }: SweeperDeps): Promise<void> {
  const overdue = await overdueUnknown(pool);
  if (overdue.attempts > 0)
    log.error(overdue, 'unknown spend is past its reconciliation deadline; run `longhaul ledger reconcile`');
}

async function prune({ pool }: SweeperDeps): Promise<void> {
  await pruneIdempotency(pool);
  await pruneOutbox(pool, { olderThanMs: KEEP_PUBLISHED_MS, limit: 10_000 });
}
