import type { z } from 'zod';
import { STANDARD_MARKET } from '../../domain/worlds/marketplace/scenario';
import { marketChangeSchema } from './market-change.schema';
import { marketOverridesSchema } from './marketplace.schema';

/** What people may write about a world, and the scenario it becomes. */
export interface WorldSchemas {
  overrides: z.ZodType;
  standard: object;
  /** Who is in the standard scenario. */
  agentIds: string[];
  change: z.ZodType;
}

/** By the name of the world; the test of siblings compares it with the registry of worlds. */
export const WORLD_SCHEMAS: Readonly<Record<string, WorldSchemas>> = {
  marketplace: {
    overrides: marketOverridesSchema,
    standard: STANDARD_MARKET,
    agentIds: STANDARD_MARKET.sellers,
    change: marketChangeSchema,
  },
};
