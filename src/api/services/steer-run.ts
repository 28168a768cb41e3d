import { getRunNodes, type Run } from '../../adapters/postgres';
import { type Refusal, updateWorkflow } from '../../adapters/temporal';
import {
  PAUSE_UPDATE,
  RESUME_UPDATE,
  SET_PRIORITY_UPDATE,
  type SetPriorityInput,
  UPDATE_UNFIT,
} from '../../contracts/agent-run';
import { keyedUpdateId } from '../../contracts/update-id';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import { LonghaulError, type Problem } from '../../domain/kernel/errors';
import type { RequestContext } from '../route';
import { requireRun } from './require-run';

/** What a run is told by an update: only its workflow knows what still starts, so nothing is promised while it is silent. */

/** @throws LonghaulError NotFound, WrongState of a run that has not started or is over, ServiceUnavailable */
export async function pauseRun(context: RequestContext, runId: string, paused: boolean): Promise<Run> {
  const run = await startedRun(context, runId, paused ? 'pause' : 'resume');
  await tell(context, run, paused ? PAUSE_UPDATE : RESUME_UPDATE);
  return run;
}

/** @throws LonghaulError NotFound for the run or the agent, WrongState when the agent waits for no turn, ServiceUnavailable */
export async function setPriority(context: RequestContext, runId: string, wanted: SetPriorityInput): Promise<void> {
  const { deps, tenant } = context;
  const run = await startedRun(context, runId, 'set the priority');
  const node = (await getRunNodes(deps.pool, tenant, runId)).find(({ name }) => name === wanted.node);
  if (node === undefined) throw new LonghaulError('NotFound', { what: 'Agent', id: wanted.node });
  if (node.status !== 'pending') {
    const params = { what: 'Agent', id: node.name, state: node.status, action: 'set the priority' };
    throw new LonghaulError('WrongState', { ...params, expected: 'one that has not started' });
  }
  await tell(context, run, SET_PRIORITY_UPDATE, wanted);
}

export async function startedRun({ deps, tenant }: RequestContext, runId: string, action: string): Promise<Run> {
  const run = await requireRun(deps.pool, tenant, runId);
  if (isTerminalRunStatus(run.status)) throw wrongState(run, run.status, action);
  if (run.launch !== 'started') throw wrongState(run, `${run.launch}, not started`, action);
  return run;
}

/** The key travels as the update's id: the server takes the same one once. */
export async function tell(context: RequestContext, run: Run, update: string, arg?: object): Promise<void> {
  const key = context.idempotencyKey;
  const updateId = key === null ? undefined : keyedUpdateId(update, key);
  const answer = await updated(context, { workflowId: run.workflowId, update, arg, updateId });
  if (answer === 'missing') throw wrongState(run, 'unknown to Temporal', update);
  if (answer !== 'done') throw refused(run, update, answer);
}

async function updated(
  { deps: { temporal, log } }: RequestContext,
  message: Parameters<typeof updateWorkflow>[1],
): ReturnType<typeof updateWorkflow> {
  if (temporal === null) throw unavailable('not configured');
  try {
    return await updateWorkflow(temporal.client, message);
  } catch (cause) {
    log.warn({ err: cause, ...message }, 'an update of a run was not answered');
    throw unavailable('nothing was changed as far as is known; ask again with the same Idempotency-Key', cause);
  }
}

function unavailable(detail: string, cause?: unknown): LonghaulError {
  return new LonghaulError('ServiceUnavailable', { service: 'Temporal or its workers', detail }, [], { cause });
}

/** What is wrong with the request is not the run's state: nobody is to ask again later. */
function refused(run: Run, update: string, { code, reason }: Refusal): LonghaulError {
  const problems = [{ path: '(root)', message: reason }];
  return code === UPDATE_UNFIT
    ? new LonghaulError('InvalidRequest', { where: update, count: 1 }, problems)
    : wrongState(run, 'not ready for it', update, problems);
}

function wrongState({ runId: id }: Run, state: string, action: string, problems: Problem[] = []): LonghaulError {
  const expected = 'a run that is under way';
  return new LonghaulError('WrongState', { what: 'Run', id, state, action, expected }, problems);
}
