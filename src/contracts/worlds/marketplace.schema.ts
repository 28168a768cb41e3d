import { z } from 'zod';
import { CATALOGUE } from '../../domain/worlds/marketplace/catalogue';
import { STANDARD_MARKET } from '../../domain/worlds/marketplace/scenario';
import { EVENT_TYPES } from '../../domain/worlds/marketplace/state';

const SKUS = CATALOGUE.map(({ sku }) => sku) as [string, ...string[]];
const CASH_CENTS_MAX = 100_000_000_000;

const scheduledEventSchema = z.strictObject({
  day: z.int().min(1).max(1_000_000),
  type: z.enum(EVENT_TYPES),
  sku: z.enum(SKUS),
  severity: z.number().min(0).max(1),
  durationDays: z.int().min(1).max(365),
});

/** Rules of the market that a fork may change as well. */
const ruleFields = {
  eventProbability: z.number().min(0).max(1),
  demandFactor: z.number().min(0).max(10),
  scheduledEvents: z.array(scheduledEventSchema).max(500),
};

/** What a run may have different from the standard market. Sellers and days are the run's own. */
export const marketOverridesSchema = z.strictObject({
  startCashCents: z.int().min(0).max(CASH_CENTS_MAX).default(STANDARD_MARKET.startCashCents),
  eventProbability: ruleFields.eventProbability.default(STANDARD_MARKET.eventProbability),
  demandFactor: ruleFields.demandFactor.default(STANDARD_MARKET.demandFactor),
  scheduledEvents: ruleFields.scheduledEvents.default([]),
});

/** What a fork may change. No defaults: what is not named stays as it is. (`partial()` of fields with defaults fills them in.) */
export const marketChangeSchema = z.strictObject(ruleFields).partial();
