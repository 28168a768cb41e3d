import { z } from 'zod';
import { graphFieldsSchema } from '../agent-graph.schema';
import { microUsd, name, uuid } from './common.schema';
import { graphReference, runStatus } from './run.schema';

export const estimateRequestSchema = z
  .strictObject({
    graph: graphReference
      .optional()
      .meta({ description: 'Name of a stored graph (its latest version), or name and version.' }),
    definition: z
      .unknown()
      .optional()
      .meta({ description: 'A definition in place of a stored graph; it is checked, and not stored.' }),
    inputs: z.record(z.string(), z.unknown()).optional().meta({ description: 'Merged over the inputs of the graph.' }),
    costBudgetUsd: graphFieldsSchema.shape.costBudgetUsd.unwrap().optional(),
  })
  .refine(({ graph, definition }) => (graph === undefined) !== (definition === undefined), {
    path: ['graph'],
    error: 'Give either graph, the name of a stored one, or definition.',
  })
  .meta({ id: 'EstimateRequest' });

const spread = z.strictObject({ low: z.int(), expected: z.int(), worstCase: z.int() });

const costs = {
  lowMicroUsd: microUsd.meta({ description: 'One call per agent with a short answer.' }),
  expectedMicroUsd: microUsd.meta({ description: 'The mean of earlier runs, else an assumption.' }),
  worstCaseMicroUsd: microUsd.meta({
    description: 'Every tool round, re-ask and retry, each at its maximum; no more than the agent’s own limit.',
  }),
};

const agentEstimate = {
  agent: name,
  model: z.string().nullable().meta({ description: 'Null for people and scripts: they cost nothing.' }),
  calls: spread,
  ...costs,
  basis: z.enum(['no-model', 'assumption', 'earlier-runs', 'unpriced']).meta({
    description:
      'What the expected figures come from. `unpriced`: the model has no price, so nothing of it is counted.',
  }),
  earlierRuns: z.int().meta({ description: 'How many earlier runs the expected figures are the mean of.' }),
  limited: z
    .boolean()
    .meta({ description: 'The worst case would be more, but the agent’s costLimitUsd ends it there.' }),
  problem: z.string().nullable().meta({ description: 'What to do about a missing price.' }),
};

export const estimateSchema = z
  .strictObject({
    graph: name,
    version: z.int().nullable().meta({ description: 'Null for a definition that is not stored.' }),
    ...costs,
    budgetMicroUsd: microUsd.meta({ description: 'The cost budget that the run would have.' }),
    worstCaseExceedsBudget: z.boolean().meta({ description: 'The run may stop early.' }),
    unpricedAgents: z
      .int()
      .meta({ description: 'Agents whose cost is not counted, and whose calls would be refused.' }),
    agents: z.array(z.strictObject(agentEstimate)),
  })
  .meta({ id: 'Estimate' });

export const runEstimateSchema = z
  .strictObject({
    runId: uuid,
    status: runStatus,
    ...costs,
    actualMicroUsd: microUsd.meta({ description: 'What it has cost so far; without calls of unknown end.' }),
    actualToExpected: z
      .number()
      .nullable()
      .meta({ description: 'Actual cost over expected cost; null when nothing was expected.' }),
    withinWorstCase: z.boolean(),
    agents: z.array(z.strictObject({ ...agentEstimate, actualMicroUsd: microUsd })),
  })
  .meta({ id: 'RunEstimate' });

export type EstimateRequest = z.infer<typeof estimateRequestSchema>;
export type EstimateView = z.infer<typeof estimateSchema>;
export type RunEstimateView = z.infer<typeof runEstimateSchema>;
