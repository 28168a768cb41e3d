import type { RunStarted } from '../../contracts/api.schema';
import { REPLAYED } from '../idempotency';
import type { Reply, RequestContext } from '../route';
import { linksOf } from './run-views';
import { type AcceptedRun, launch } from './start-run';

/** The answer to whoever made a new run, after Temporal was told of it. */
export async function startedReply(
  { deps, tenant }: RequestContext,
  { runId, workflowId, graph }: Pick<AcceptedRun, 'runId' | 'workflowId' | 'graph'>,
  replayed: boolean,
): Promise<Reply> {
  const isAccepted = (await launch(deps, tenant, runId)) === 'accepted';
  const links = linksOf(runId, workflowId, deps.settings);
  const body: RunStarted = {
    runId,
    workflowId,
    graph,
    status: 'pending',
    launch: isAccepted ? 'accepted' : 'started',
    links,
  };
  return {
    status: isAccepted ? 202 : 201,
    body,
    headers: { location: links.self, ...(replayed ? REPLAYED : {}) },
  };
}
