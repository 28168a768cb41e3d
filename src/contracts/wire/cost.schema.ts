import { z } from 'zod';
import { FIELD_LIMITS } from '../agent-graph.schema';
import { microUsd, name, uuid } from './common.schema';
import { experimentId } from './run.schema';

export const COST_LIMITS = {
  tokensMax: 1_000_000_000,
  metadataCharsMax: 16 * 1024,
  microUsdMax: 1_000_000_000_000,
} as const;

const tokens = z.int().min(0).max(COST_LIMITS.tokensMax);

/** A cost of a program of yours that called a model without the gateway. */
export const recordCostSchema = z
  .strictObject({
    key: z
      .string()
      .regex(/^[\w.:-]{1,200}$/, 'Expected 1 to 200 letters, digits, dots, colons, dashes or underscores.')
      .meta({ description: 'Names this cost for ever: the same again is booked once.' }),
    model: z.string().min(1).max(FIELD_LIMITS.modelCharsMax),
    inputTokens: tokens,
    outputTokens: tokens,
    cachedInputTokens: tokens.optional(),
    costMicroUsd: z.int().min(0).max(COST_LIMITS.microUsdMax).optional().meta({
      description: 'What the provider billed; by default the tokens at the model’s price.',
    }),
    runId: uuid.optional(),
    agent: name.optional().meta({ description: 'An agent of the run.' }),
    experiment: experimentId.optional().meta({ description: 'Whose budget pays, when it belongs to no run.' }),
    metadata: z.record(z.string(), z.unknown()).optional(),
  })
  .refine(({ agent, runId }) => agent === undefined || runId !== undefined, {
    path: ['runId'],
    error: 'Required with agent: agents belong to runs.',
  })
  .refine(({ experiment, runId }) => experiment === undefined || runId === undefined, {
    path: ['experiment'],
    error: 'A run has its experiment already; give one or the other.',
  })
  .refine(({ inputTokens, cachedInputTokens = 0 }) => cachedInputTokens <= inputTokens, {
    path: ['cachedInputTokens'],
    error: 'More cached tokens than input tokens; they are a part of them.',
  })
  .refine(({ metadata }) => JSON.stringify(metadata ?? {}).length <= COST_LIMITS.metadataCharsMax, {
    path: ['metadata'],
    error: `At most ${COST_LIMITS.metadataCharsMax} characters as JSON; store larger things as artifacts.`,
  })
  .meta({ id: 'RecordCost' });

export const costRecordedSchema = z
  .strictObject({
    key: z.string(),
    costMicroUsd: microUsd,
    overMicroUsd: microUsd.meta({ description: 'What did not fit its budgets: spent all the same, and alarmed.' }),
    estimated: z.boolean().meta({ description: 'Whether it was priced by default prices.' }),
  })
  .meta({ id: 'CostRecorded' });

export type RecordCost = z.infer<typeof recordCostSchema>;
export type CostRecorded = z.infer<typeof costRecordedSchema>;
