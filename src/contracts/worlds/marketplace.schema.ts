import { z } from 'zod';
import { STANDARD_MARKET } from '../../domain/worlds/marketplace/scenario';
import { ruleFields } from './market-rules.schema';

const CASH_CENTS_MAX = 100_000_000_000;

/** What a run may have different from the standard market. Sellers and days are the run's own. */
export const marketOverridesSchema = z.strictObject({
  startCashCents: z.int().min(0).max(CASH_CENTS_MAX).default(STANDARD_MARKET.startCashCents),
  eventProbability: ruleFields.eventProbability.default(STANDARD_MARKET.eventProbability),
  demandFactor: ruleFields.demandFactor.default(STANDARD_MARKET.demandFactor),
  scheduledEvents: ruleFields.scheduledEvents.default([]),
});
