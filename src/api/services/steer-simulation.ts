import { queryWorkflow } from '../../adapters/temporal';
import { SIMULATION_STATE_QUERY, type SimulationStateView } from '../../contracts/simulation';
import { LonghaulError } from '../../domain/kernel/errors';
import { onceOutside, REPLAYED } from '../idempotency';
import type { RequestContext } from '../route';
import { requireSimulation } from './require-simulation';
import { startedRun, tell } from './steer-run';

/** @throws LonghaulError NotFound, WrongState of a run that has not started, is over, or refuses, ServiceUnavailable */
export async function steerSimulation(
  context: RequestContext,
  runId: string,
  update: string,
  arg?: object,
): Promise<{ runId: string; done: true }> {
  await requireSimulation(context.deps.pool, context.tenant, runId);
  await tell(context, await startedRun(context, runId, update), update, arg);
  return { runId, done: true };
}

/**
 * Answered once for each key, also when the run has ended since.
 *
 * @param route method and path, such as `POST /simulations/{id}/stop`
 */
export async function steeredReply<T>(
  context: RequestContext,
  route: string,
  request: { id: string; body?: object },
  steer: () => Promise<T>,
): Promise<{ status: 200; body: T; headers: Record<string, string> }> {
  const done = async () => ({ status: 200, answer: await steer() });
  const { answer, replayed } = await onceOutside(context, route, request, done);
  return { status: 200, body: answer, headers: replayed ? REPLAYED : {} };
}

/** What the run's workflow says of itself now. @throws LonghaulError NotFound, WrongState, ServiceUnavailable */
export async function simulationState(context: RequestContext, runId: string): Promise<SimulationStateView> {
  const { deps, tenant } = context;
  await requireSimulation(deps.pool, tenant, runId);
  const { workflowId } = await startedRun(context, runId, 'ask what it waits for');
  try {
    if (deps.temporal)
      return await queryWorkflow<SimulationStateView>(deps.temporal.client, workflowId, SIMULATION_STATE_QUERY);
  } catch (cause) {
    throw new LonghaulError('ServiceUnavailable', { service: 'Temporal or its workers', detail: 'no answer' }, [], {
      cause,
    });
  }
  throw new LonghaulError('ServiceUnavailable', { service: 'Temporal', detail: 'not configured' });
}
