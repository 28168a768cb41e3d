import { z } from 'zod';
import { microUsd, page, pageQuery } from './common.schema';

export const USAGE_GROUPS = ['agent', 'model', 'provider', 'run', 'day'] as const;

const moment = z.iso.datetime({ offset: true });

export const usageQuery = z.strictObject({
  groupBy: z.enum(USAGE_GROUPS).default('model'),
  from: moment.optional().meta({ description: 'Only what ended from then on.' }),
  to: moment.optional().meta({ description: 'Only what ended before then.' }),
  ...pageQuery,
});

export const usageSchema = z
  .strictObject({
    key: z.string().meta({ description: 'The agent, model, provider, run or day (UTC); `-` without one.' }),
    calls: z.int().meta({ description: 'Requests that were paid for.' }),
    inputTokens: z.int(),
    outputTokens: z.int(),
    costMicroUsd: microUsd,
    estimatedMicroUsd: microUsd.meta({
      description: 'Part of the cost at default prices, because no table knows the model.',
    }),
    unknownCalls: z.int().meta({ description: 'Requests whose end nobody saw.' }),
    unknownMicroUsd: microUsd.meta({ description: 'Held for them at the maximum until reconciled.' }),
  })
  .meta({ id: 'Usage' });

export const usagePageSchema = page(usageSchema).meta({ id: 'UsagePage', description: 'By key, ascending.' });

export type UsageView = z.infer<typeof usageSchema>;
export type UsagePage = z.infer<typeof usagePageSchema>;
