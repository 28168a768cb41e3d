import { z } from 'zod';
import { graphFieldsSchema } from '../agent-graph.schema';
import { page, pageQuery, uuid } from './common.schema';
import { budgetSchema, experimentId } from './run.schema';

/** Levels of budgets: tenant ← experiment ← run ← agent, and tenant ← key ← call for what clients of `/v1` ask. */
export const LEVELS = ['tenant', 'experiment', 'run', 'agent', 'key', 'call'] as const;

export const budgetLevelSchema = z
  .strictObject({
    id: z.string().meta({
      description:
        '`tenant:{t}`, `experiment:{t}/{id}`, `run:{runId}`, `agent:{runId}/{name}`, `key:{t}/{key}` or `call:{callKey}`.',
    }),
    level: z.enum(LEVELS),
    parentId: z.string().nullable().meta({ description: 'The level above, which pays as well.' }),
    runId: uuid.nullable(),
    ...budgetSchema.shape,
  })
  .meta({ id: 'BudgetLevel' });

export const budgetPageSchema = page(budgetLevelSchema).meta({ id: 'BudgetPage' });
export const budgetListQuery = z.strictObject({ ...pageQuery });
export const budgetParams = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(512)
    .meta({ description: '`tenant`, `experiment:{id}`, or the id of a level as it is shown.' }),
});

export const setBudgetSchema = z
  .strictObject({
    experiment: experimentId
      .optional()
      .meta({ description: 'The budget of this experiment; the tenant’s when absent.' }),
    costBudgetUsd: graphFieldsSchema.shape.costBudgetUsd
      .unwrap()
      .meta({ description: 'The limit, at least what is spent and held, in US dollars.' }),
  })
  .meta({ id: 'SetBudget' });

export const budgetChainSchema = z
  .strictObject({
    items: z
      .array(budgetLevelSchema)
      .min(1)
      .meta({ description: 'The level that was asked for, then those above it.' }),
  })
  .meta({ id: 'BudgetChain' });

export type BudgetLevelView = z.infer<typeof budgetLevelSchema>;
export type BudgetPage = z.infer<typeof budgetPageSchema>;
export type BudgetChain = z.infer<typeof budgetChainSchema>;
export type SetBudget = z.infer<typeof setBudgetSchema>;
