import type { Task } from '../../contracts/api.schema';

/** One task for people: what is asked, what an answer must look like, how to give it. */
export function taskText(task: Task): string {
  const { taskId, kind, state, node, runId, prompt, details, answerSchema } = task;
  return [
    `${kind} ${taskId} is ${state}`,
    `agent ${node} of run ${runId}`,
    ...(task.assignee === null ? [] : [`for ${task.assignee}`]),
    ...(task.dueAt === null ? [] : [`due ${task.dueAt}`]),
    `\n${prompt}`,
    ...(Object.keys(details).length === 0 ? [] : [`\n${JSON.stringify(details, null, 2)}`]),
    ...(answerSchema === null ? [] : [`\nAn answer matches: ${JSON.stringify(answerSchema)}`]),
    ...(state === 'open' ? [`\n${howTo(task)}`] : decision(task)),
  ].join('\n');
}

function howTo({ kind, taskId, answerSchema }: Task): string {
  if (kind === 'approval') return `longhaul runs approve ${taskId}\nlonghaul runs reject ${taskId}`;
  return `longhaul runs answer ${taskId} ${answerSchema === null ? "'…'" : "--value '…'"}`;
}

function decision({ answer, comment, decidedBy, decidedAt }: Task): string[] {
  return [
    ...(answer === null ? [] : [`\n${typeof answer === 'string' ? answer : JSON.stringify(answer, null, 2)}`]),
    ...(decidedBy === null
      ? []
      : [`\ndecided by ${decidedBy} at ${decidedAt}${comment === null ? '' : `: ${comment}`}`]),
  ];
}
