import { z } from 'zod';
import { listTasks, type HumanTask } from '../../adapters/postgres';
import {
  decideTaskSchema,
  runParams,
  runTasksQuery,
  taskListQuery,
  taskPageSchema,
  taskSchema,
} from '../../contracts/api.schema';
import { decodeCursor, pageOf } from '../http/cursor';
import { REPLAYED } from '../idempotency';
import { route, type Route } from '../route';
import { decide } from '../services/decide-task';
import { requireRun } from '../services/require-run';
import { requireTask } from '../services/require-task';
import { taskOf } from '../services/task-view';
import { RUN } from './examples';

const TASK = {
  ...{ taskId: '01938f3a-7d00-7000-8000-0123456789ab', runId: RUN.runId, node: 'editor', kind: 'question' },
  ...{ state: 'open', prompt: 'May this be sent? Hello, Grace.', details: {}, answerSchema: null, assignee: 'Ada' },
  ...{ onTimeout: null, answer: null, comment: null, decidedBy: null },
  ...{ createdAt: '2026-11-20T08:00:01.000Z', dueAt: '2026-11-20T20:00:01.000Z', decidedAt: null, delivered: false },
};
const ANSWERED = {
  ...TASK,
  ...{ state: 'answered', answer: 'Yes.', decidedBy: 'ada', decidedAt: '2026-11-20T09:00:00.000Z', delivered: true },
};
const cursorKey = z.tuple([z.uuid()]);
const page = (tasks: readonly HumanTask[], limit: number) => pageOf(tasks, limit, (task) => [task.taskId], taskOf);

export const taskRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/tasks',
    operationId: 'listTasks',
    tag: 'Tasks',
    summary: 'What people are asked, newest first',
    query: taskListQuery,
    replies: { 200: { description: 'A page.', schema: taskPageSchema, example: { items: [TASK], nextCursor: null } } },
    errors: [],
    handle: async ({ query: { limit, cursor, state, run } }, { deps, tenant }) => {
      const before = decodeCursor(cursorKey, cursor)?.[0];
      const tasks = await listTasks(deps.pool, { tenant, state, runId: run, before, limit: limit + 1 });
      return { status: 200, body: page(tasks, limit) };
    },
  }),
  route({
    method: 'get',
    path: '/tasks/{id}',
    operationId: 'getTask',
    tag: 'Tasks',
    summary: 'One question or approval',
    params: runParams,
    replies: { 200: { description: 'The task.', schema: taskSchema, example: TASK } },
    errors: [],
    handle: async ({ params: { id } }, { deps, tenant }) => ({
      status: 200,
      body: taskOf(await requireTask(deps.pool, tenant, id)),
    }),
  }),
  route({
    method: 'get',
    path: '/runs/{id}/tasks',
    operationId: 'listRunTasks',
    tag: 'Tasks',
    summary: 'What people are asked for one run, newest first',
    params: runParams,
    query: runTasksQuery,
    replies: { 200: { description: 'A page.', schema: taskPageSchema, example: { items: [TASK], nextCursor: null } } },
    errors: [],
    handle: async ({ params: { id }, query: { limit, cursor, state } }, { deps, tenant }) => {
      await requireRun(deps.pool, tenant, id);
      const before = decodeCursor(cursorKey, cursor)?.[0];
      const tasks = await listTasks(deps.pool, { tenant, state, runId: id, before, limit: limit + 1 });
      return { status: 200, body: page(tasks, limit) };
    },
  }),
  route({
    method: 'post',
    path: '/tasks/{id}/decision',
    operationId: 'decideTask',
    tag: 'Tasks',
    summary: 'Answer a question, approve or reject',
    description:
      'The first decision stays; the same again is answered alike. It is in the book at once; a run that cannot be told now is told later.',
    params: runParams,
    body: { schema: decideTaskSchema, formats: ['json'], example: { decision: 'answer', answer: 'Yes.', by: 'ada' } },
    idempotent: true,
    replies: { 200: { description: 'Decided.', schema: taskSchema, example: ANSWERED } },
    errors: ['WrongState'],
    handle: async ({ params: { id }, body }, context) => {
      const { task, replayed } = await decide(context, id, body);
      return { status: 200, body: task, headers: replayed ? REPLAYED : {} };
    },
  }),
];
