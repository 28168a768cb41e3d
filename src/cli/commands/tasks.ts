import { Option, type Command } from 'commander';
import type { Task, TaskPage } from '../../contracts/api.schema';
import { HUMAN_TASK_STATES } from '../../domain/agents/human-task';
import { EXIT } from '../exit';
import { table } from '../view/run-table';
import { taskText } from '../view/task-text';
import { jsonValue } from './option-values';
import {
  apiCommand,
  contextOf,
  pageCommand,
  type CommonOptions,
  type PageOptions,
  type Registration,
} from './registration';

interface DecisionOptions extends CommonOptions {
  by?: string;
  comment?: string;
}

export const registerTasks: Registration = (program) => {
  const tasks = program.command('tasks').description('what people are asked: list, show; decide with `longhaul runs`');
  pageCommand(tasks, 'list', 'list questions and approvals, newest first')
    .addOption(
      new Option('--state <state>', 'only tasks of this state, or all of them')
        .choices([...HUMAN_TASK_STATES, 'all'])
        .default('open'),
    )
    .option('--run <runId>', 'only tasks of this run')
    .action(list);
  apiCommand(tasks, 'show <taskId>', 'show one task with all that it asks').action(show);
};

/** Part of `longhaul runs`: a decision is something that happens to a run. */
export function decisionCommands(runs: Command): void {
  decisionCommand(runs, 'approve <taskId>', 'agree to what a run asks').action((taskId: string, options) =>
    decide(taskId, { decision: 'approve' }, options as DecisionOptions),
  );
  decisionCommand(runs, 'reject <taskId>', 'refuse what a run asks').action((taskId: string, options) =>
    decide(taskId, { decision: 'reject' }, options as DecisionOptions),
  );
  decisionCommand(runs, 'answer <taskId> [text]', 'answer a question with a text, or with a value')
    .option('--value <json>', 'for a question with an answer schema: the answer as JSON', jsonValue)
    .action(answer);
}

function decisionCommand(runs: Command, usage: string, description: string): Command {
  return apiCommand(runs, usage, description)
    .option('--by <name>', 'who decides')
    .option('--comment <text>', 'kept with the decision, for people');
}

async function answer(
  taskId: string,
  text: string | undefined,
  { value, ...options }: DecisionOptions & { value?: unknown },
  command: Command,
): Promise<void> {
  if ((text === undefined) === (value === undefined))
    return command.error('error: answer with a text or with --value JSON', { exitCode: EXIT.usage });
  await decide(taskId, { decision: 'answer', answer: text ?? value }, options);
}

async function decide(taskId: string, decision: object, { by, comment, ...options }: DecisionOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const task = await api.post<Task>(`/tasks/${encodeURIComponent(taskId)}/decision`, { ...decision, by, comment });
  console.answer(task, () => {
    const told = task.delivered ? 'The run knows.' : 'The run is told as soon as it can be reached.';
    return `Task ${task.taskId} of agent ${task.node} is ${task.state}. ${told}`;
  });
}

async function list(options: CommonOptions & PageOptions & { state: string; run?: string }): Promise<void> {
  const { api, console } = contextOf(options);
  const page = await api.get<TaskPage>('/tasks', {
    state: options.state === 'all' ? undefined : options.state,
    run: options.run,
    limit: options.limit,
    cursor: options.cursor,
  });
  console.answer(page, () => {
    if (page.items.length === 0) return 'Nobody is asked anything.';
    const rows = page.items.map((task) => [
      task.taskId,
      task.kind,
      task.state,
      task.node,
      task.assignee ?? '',
      task.dueAt ?? '',
      firstLine(task.prompt),
    ]);
    return (
      table(['task', 'kind', 'state', 'agent', 'for', 'due', 'question'], rows) +
      (page.nextCursor === null ? '' : `\nMore: --cursor ${page.nextCursor}`)
    );
  });
}

async function show(taskId: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const task = await api.get<Task>(`/tasks/${encodeURIComponent(taskId)}`);
  console.answer(task, () => taskText(task));
}

const QUESTION_CHARS_MAX = 60;

function firstLine(prompt: string): string {
  const line = prompt.trim().split('\n')[0]!;
  return line.length > QUESTION_CHARS_MAX ? `${line.slice(0, QUESTION_CHARS_MAX - 1)}…` : line;
}
