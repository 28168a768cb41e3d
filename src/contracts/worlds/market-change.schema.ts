import { z } from 'zod';
import { EXPLOITS } from '../../domain/evaluation/adversarial/exploits';
import { present } from '../../domain/kernel/assert';
import { LANES } from '../../domain/worlds/marketplace/catalogue';
import { FEE_SCHEDULES, INFORMATION_LEVELS, RIVALRIES } from '../../domain/worlds/marketplace/rules';
import { durationDays, productList, SCENARIO_LIMITS, skuText } from '../scenario-fields.schema';
import { ruleFields, scheduledEventFields } from './market-rules.schema';

const day = z.int().min(1).max(1_000_000);
const share = z.number().min(0).max(1);
const upTo = (max: number) => z.number().gt(0).max(max);

/** As the market reads it; a scenario's events are written with other words and become the same. */
const shiftSchema = z.strictObject({
  name: z.string().min(1).max(64),
  day,
  durationDays,
  skus: productList.optional(),
  effect: z
    .strictObject({
      ...{ demandFactor: upTo(10), visibilityFactor: upTo(5), advertisingFactor: z.number().min(0).max(5) },
      ...{ costFactor: upTo(10), delayRisk: upTo(1), lanes: z.array(z.enum(LANES)).min(1).max(LANES.length) },
      ...{ undercut: upTo(1), entrant: upTo(2), ratingDrop: upTo(4), ratingRecovery: z.number().min(0).max(4) },
    })
    .partial(),
});

const exploitIds = EXPLOITS.map(({ exploitId }) => exploitId) as [string, ...string[]];

/** A message that deceives, by its id in the library. */
const exploitSchema = z.strictObject({ day, exploit: z.enum(exploitIds) }).transform((scheduled) => ({
  day: scheduled.day,
  exploit: present(
    EXPLOITS.find(({ exploitId }) => exploitId === scheduled.exploit),
    `There is no exploit ${scheduled.exploit}`,
  ),
}));

const limitsSchema = z
  .strictObject({
    warehouseUnits: z.int().min(1).max(SCENARIO_LIMITS.stockMax),
    adSpendPerDayCents: z
      .int()
      .min(0)
      .max(SCENARIO_LIMITS.capitalUsdMax * 100),
    purchasesPerDay: z.int().min(0).max(50),
    instantRestock: z.boolean(),
  })
  .partial();

/** What a fork may change. No defaults: what is not named stays as it is; a list that is named takes the place of the whole list. */
export const marketChangeSchema = z
  .strictObject({
    ...ruleFields,
    // A fork's parent may sell products of its own.
    scheduledEvents: z.array(z.strictObject({ ...scheduledEventFields, sku: skuText })).max(500),
    shifts: z
      .array(shiftSchema)
      .max(SCENARIO_LIMITS.eventsMax)
      .refine((shifts) => new Set(shifts.map(({ name }) => name)).size === shifts.length, 'Two have the same name.'),
    adversarial: z.array(exploitSchema).max(SCENARIO_LIMITS.eventsMax),
    fees: z.enum(FEE_SCHEDULES),
    seasonality: z.boolean(),
    rivalry: z.enum(RIVALRIES),
    negotiation: z.boolean(),
    information: z.enum(INFORMATION_LEVELS),
    debtRatioMax: share.max(SCENARIO_LIMITS.debtRatioMax),
    limits: limitsSchema,
  })
  .partial();
