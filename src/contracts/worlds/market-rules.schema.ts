import { z } from 'zod';
import { CATALOGUE } from '../../domain/worlds/marketplace/catalogue';
import { EVENT_TYPES } from '../../domain/worlds/marketplace/state';

const SKUS = CATALOGUE.map(({ sku }) => sku) as [string, ...string[]];

export const scheduledEventFields = {
  day: z.int().min(1).max(1_000_000),
  type: z.enum(EVENT_TYPES),
  sku: z.enum(SKUS),
  severity: z.number().min(0).max(1),
  durationDays: z.int().min(1).max(365),
};

/** Rules of the market that a run may set and a fork may change. */
export const ruleFields = {
  eventProbability: z.number().min(0).max(1),
  demandFactor: z.number().min(0).max(10),
  scheduledEvents: z.array(z.strictObject(scheduledEventFields)).max(500),
};
