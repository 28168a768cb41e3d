import { z } from 'zod';
import { LANES } from '../domain/worlds/marketplace/catalogue';
import { durationDays, productList, SCENARIO_LIMITS, skuText } from './scenario-fields.schema';

const name = z.string().regex(/^[\w .-]{1,64}$/, 'Expected up to 64 letters, digits, spaces, "_", "." and "-".');
const tick = z
  .number()
  .int()
  .min(1)
  .max(SCENARIO_LIMITS.daysMax)
  .describe('The day on whose morning it happens, from 1.');

function event<T extends string, I extends z.ZodRawShape>(type: T, about: string, impact: I) {
  return z.strictObject({ name, tick, type: z.literal(type), impact: z.strictObject(impact) }).describe(about);
}

/** A condition for a time, of all products or of some. */
function lasting<T extends string, I extends z.ZodRawShape>(type: T, about: string, impact: I) {
  return event(type, about, { durationDays, products: productList.optional(), ...impact });
}

/** An event of one product, of the kinds that happen by chance. */
function ofProduct<T extends string>(type: T, about: string) {
  return event(type, about, { product: skuText, severity: z.number().gt(0).max(1), durationDays });
}

const upTo = (max: number) => z.number().gt(0).max(max);

/** By type; each says what it does. */
export const EVENT_VARIANTS = [
  lasting('demand_shift', 'Customers want this many times as much.', { demandFactor: upTo(10) }),
  lasting('visibility_change', 'Search shows products less (or more): at 0.5 as if they were half as known.', {
    visibilityFactor: upTo(5),
  }),
  lasting('advertising_rule', 'Advertising adds this share of what it added.', {
    advertisingFactor: z.number().min(0).max(5),
  }),
  lasting('cost_change', 'Goods cost this many times as much, from suppliers and at once.', { costFactor: upTo(10) }),
  lasting('shipping_blockage', 'A day on the way is lost with this probability more, on all lanes or some.', {
    delayRisk: upTo(1),
    lanes: z.array(z.enum(LANES)).min(1).max(LANES.length).optional(),
  }),
  lasting('undercutting', "Competitors ask at most this share of the cheapest seller's price.", {
    priceFactor: upTo(1),
  }),
  lasting('competitor_entry', "One more competitor asks this share of the cheapest seller's price.", {
    priceFactor: upTo(2),
  }),
  lasting('reputation_crisis', 'Ratings fall by this many stars, and recover by some at the end.', {
    ratingDrop: upTo(4),
    ratingRecovery: z.number().min(0).max(4).default(0),
  }),
  ofProduct('supply_shock', 'Deliveries of one product are late.'),
  ofProduct('price_war', 'Competitors of one product cut prices, again and again.'),
  ofProduct('demand_spike', 'One product is in fashion.'),
  ofProduct('demand_crash', 'One product is out of fashion.'),
  ofProduct('review_bomb', 'One product is rated badly.'),
  event('fraud_message', 'A message that deceives reaches every seller.', {
    exploit: z.string().min(1).max(SCENARIO_LIMITS.labelCharsMax).describe('Id of an exploit of the library.'),
  }),
] as const;

export const EVENT_TYPES: readonly string[] = EVENT_VARIANTS.map(({ shape }) => shape.type.value);
