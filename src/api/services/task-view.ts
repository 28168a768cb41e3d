import type { HumanTask } from '../../adapters/postgres';
import type { Task } from '../../contracts/api.schema';

/** A task as the wire shows it; tenant and keys stay inside. */
export function taskOf(task: HumanTask): Task {
  const { taskId, runId, node, kind, state, prompt, details, answerSchema, assignee, onTimeout } = task;
  const { answer, comment, decidedBy, createdAt, dueAt, decidedAt, deliveredAt } = task;
  return {
    ...{ taskId, runId, node, kind, state, prompt, details, answerSchema, assignee, onTimeout },
    ...{ answer, comment, decidedBy },
    createdAt: createdAt.toISOString(),
    dueAt: dueAt?.toISOString() ?? null,
    decidedAt: decidedAt?.toISOString() ?? null,
    delivered: deliveredAt !== null,
  };
}
