import { REPLAYED } from '../idempotency';
import type { Reply, RequestContext } from '../route';
import { simulationLinksOf } from './simulation-views';
import { launch } from './start-run';
import type { AcceptedSimulation } from './start-simulation';

/** The answer to whoever made a new simulation or fork, after Temporal was told of it (unless it is held). */
export async function simulationStartedReply(
  { deps, tenant }: RequestContext,
  { runId, workflowId }: AcceptedSimulation,
  replayed: boolean,
): Promise<Reply> {
  const launched = await launch(deps, tenant, runId);
  const links = simulationLinksOf({ runId, workflowId }, deps.settings);
  return {
    status: launched === 'accepted' ? 202 : 201,
    body: { runId, workflowId, status: 'pending', launch: launched, links },
    headers: { location: links.self, ...(replayed ? REPLAYED : {}) },
  };
}
