import { z } from 'zod';
import { graphFieldsSchema, llmAgentSchema } from '../agent-graph.schema';
import { name, uuid } from './common.schema';
import { budgetSchema, runStatus } from './run.schema';

/** What people do to a run while it lasts, and how a finished one is tried again. */
export const runPausedSchema = z
  .strictObject({ runId: uuid, status: runStatus, paused: z.boolean() })
  .meta({ id: 'RunPaused' });

export const setPrioritySchema = z
  .strictObject({ node: name, priority: llmAgentSchema.shape.priority.unwrap() })
  .meta({ id: 'SetPriority' });

export const prioritySetSchema = z
  .strictObject({ runId: uuid, node: name, priority: z.int() })
  .meta({ id: 'PrioritySet' });

export const raiseBudgetSchema = z
  .strictObject({
    costBudgetUsd: graphFieldsSchema.shape.costBudgetUsd
      .unwrap()
      .meta({ description: 'The new limit, at least the present one, in US dollars.' }),
    agent: name.optional().meta({ description: 'The limit of this agent; of the whole run when absent.' }),
  })
  .meta({ id: 'RaiseBudget' });

export const budgetRaisedSchema = z
  .strictObject({ runId: uuid, agent: name.nullable(), budget: budgetSchema })
  .meta({ id: 'BudgetRaised' });

export const retryRunSchema = z
  .strictObject({
    costBudgetUsd: graphFieldsSchema.shape.costBudgetUsd
      .unwrap()
      .optional()
      .meta({ description: 'Budget of the new run, in US dollars; that of the old one when absent.' }),
  })
  .meta({ id: 'RetryRun' });

export type RunPaused = z.infer<typeof runPausedSchema>;
export type SetPriority = z.infer<typeof setPrioritySchema>;
export type PrioritySet = z.infer<typeof prioritySetSchema>;
export type RaiseBudget = z.infer<typeof raiseBudgetSchema>;
export type BudgetRaised = z.infer<typeof budgetRaisedSchema>;
export type RetryRun = z.infer<typeof retryRunSchema>;
