import { z } from 'zod';
import { DECISIONS, HUMAN_TASK_KINDS, HUMAN_TASK_STATES, type Decision } from '../../domain/agents/human-task';
import { name, page, pageQuery, timestamp, uuid } from './common.schema';

/** What people are asked, and how they answer. */
export const TASK_LIMITS = { answerBytesMax: 256 * 1024, commentCharsMax: 4_000, byCharsMax: 128 } as const;

export const taskState = z.enum(HUMAN_TASK_STATES);

export const taskSchema = z
  .strictObject({
    taskId: uuid,
    runId: uuid,
    node: name,
    kind: z.enum(HUMAN_TASK_KINDS),
    state: taskState.meta({
      description: '`expired`: the due time passed; `cancelled`: the run was over before anybody decided.',
    }),
    prompt: z.string().meta({ description: 'The question, or what a person is to agree to.' }),
    details: z
      .record(z.string(), z.unknown())
      .meta({ description: 'Of an approval: the agent, and the tool with the arguments that the model chose.' }),
    answerSchema: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'JSON Schema that an answer must match; null: a text.' }),
    assignee: z.string().nullable(),
    onTimeout: z.enum(['reject', 'approve']).nullable().meta({ description: 'Of an approval: what silence means.' }),
    answer: z.unknown(),
    comment: z.string().nullable(),
    decidedBy: z.string().nullable(),
    createdAt: timestamp,
    dueAt: timestamp.nullable(),
    decidedAt: timestamp.nullable(),
    delivered: z.boolean().meta({
      description:
        'The run has heard of the decision. While Temporal or the workers are away it is told again and again.',
    }),
  })
  .meta({ id: 'Task' });

export const taskPageSchema = page(taskSchema).meta({ id: 'TaskPage' });
export const taskListQuery = z.strictObject({ ...pageQuery, state: taskState.optional(), run: uuid.optional() });
export const runTasksQuery = z.strictObject({ ...pageQuery, state: taskState.optional() });

export const decideTaskSchema = z
  .strictObject({
    decision: z.enum(Object.keys(DECISIONS) as [Decision, ...Decision[]]),
    answer: z
      .unknown()
      .optional()
      .meta({ description: 'With `answer`: a text, or what the task’s answerSchema asks for.' }),
    comment: z.string().max(TASK_LIMITS.commentCharsMax).optional().meta({ description: 'For people.' }),
    by: z.string().min(1).max(TASK_LIMITS.byCharsMax).default('operator').meta({ description: 'Who decides.' }),
  })
  .refine(({ decision, answer }) => (decision === 'answer') === (answer !== undefined), {
    path: ['answer'],
    error: 'Expected with the decision `answer`, and only with it.',
  })
  .meta({ id: 'DecideTask' });

export type Task = z.infer<typeof taskSchema>;
export type TaskPage = z.infer<typeof taskPageSchema>;
export type DecideTask = z.infer<typeof decideTaskSchema>;
