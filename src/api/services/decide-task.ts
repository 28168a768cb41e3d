import { decideTask, getTask, type HumanTask, undeliveredDecision } from '../../adapters/postgres';
import { jsonSchemaCheck } from '../../adapters/json-schema';
import { type DecideTask, type Task, TASK_LIMITS } from '../../contracts/api.schema';
import { deliverDecision } from '../../control/deliver-decision';
import { DECISIONS, decisionsFor } from '../../domain/agents/human-task';
import { canonicalJson } from '../../domain/kernel/canonical-json';
import { LonghaulError, type Problem } from '../../domain/kernel/errors';
import { invalidRequest } from '../http/validate';
import { once } from '../idempotency';
import type { RequestContext } from '../route';
import { requireTask } from './require-task';
import { taskOf } from './task-view';

/**
 * Writes a person's decision into the book and tells the run. The first decision stays: the same again is answered alike,
 * another is refused. When the run cannot be told now, the worker tells it later.
 *
 * @throws LonghaulError NotFound, InvalidRequest for an answer that does not fit, WrongState when somebody decided otherwise
 */
export async function decide(
  context: RequestContext,
  taskId: string,
  body: DecideTask,
): Promise<{ task: Task; replayed: boolean }> {
  const { deps, tenant, idempotencyKey } = context;
  const asked = await requireTask(deps.pool, tenant, taskId);
  const problems = problemsOf(asked, body);
  if (problems.length > 0) throw invalidRequest('Body', problems);
  const { answer: task, replayed } = await once(context, 'POST /tasks/{id}/decision', { taskId, body }, async (tx) => {
    const { answer, comment, by } = body;
    const state = DECISIONS[body.decision];
    const first = await decideTask(tx, {
      ...{ tenant, taskId, state, answer, comment, by },
      idempotencyKey: idempotencyKey ?? undefined,
    });
    const decided = (await getTask(tx, tenant, taskId)) ?? asked;
    if (!first && !isSame(decided, body)) throw decidedOtherwise(decided, body);
    return { status: 200, answer: taskOf(decided) };
  });
  return { task: { ...task, delivered: await deliver(context, taskId) }, replayed };
}

function problemsOf({ kind, answerSchema }: HumanTask, { decision, answer }: DecideTask): Problem[] {
  const allowed = decisionsFor(kind);
  if (!allowed.includes(decision))
    return [{ path: 'decision', message: `Expected ${allowed.join(' or ')}: the task is of kind ${kind}.` }];
  const wrong = kind === 'question' ? answerProblem(answer, answerSchema) : undefined;
  return wrong === undefined ? [] : [{ path: 'answer', message: wrong }];
}

function answerProblem(answer: unknown, schema: HumanTask['answerSchema']): string | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(answer));
  if (bytes > TASK_LIMITS.answerBytesMax) return `Expected at most ${TASK_LIMITS.answerBytesMax} bytes, got ${bytes}.`;
  if (schema !== null) return jsonSchemaCheck(schema)(answer);
  return typeof answer === 'string' ? undefined : `Expected a text, got ${answer === null ? 'null' : typeof answer}.`;
}

/** Comment and name may differ: what counts for the run is the same. */
function isSame({ state, answer }: HumanTask, body: DecideTask): boolean {
  return state === DECISIONS[body.decision] && canonicalJson(answer) === canonicalJson(body.answer ?? null);
}

function decidedOtherwise({ taskId, state }: HumanTask, { decision }: DecideTask): LonghaulError {
  return new LonghaulError('WrongState', {
    what: 'Task',
    id: taskId,
    state,
    action: decision,
    expected: 'an open task',
  });
}

/** @returns whether the run knows of it now */
async function deliver({ deps, tenant }: RequestContext, taskId: string): Promise<boolean> {
  const { pool, temporal, log } = deps;
  const decision = await undeliveredDecision(pool, tenant, taskId);
  if (decision === undefined) return true;
  if (temporal === null) return false;
  return deliverDecision({ pool, temporal: temporal.client }, decision).then(
    () => true,
    (error: unknown) => {
      log.warn({ err: error, taskId }, 'the run could not be told of a decision now; it is told later');
      return false;
    },
  );
}
