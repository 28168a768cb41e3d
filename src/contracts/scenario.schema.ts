import { z } from 'zod';
import { ARBITRATIONS, COMPETITION_LEVELS, FEE_SCHEDULES } from '../domain/worlds/marketplace/rules';
import { CATEGORIES, LANES } from '../domain/worlds/marketplace/catalogue';
import { INTERACTION_MODES, TIERS } from '../domain/scenarios/definition';
import { aliasesOf, type Aliases } from './field-aliases';
import { EVENT_VARIANTS } from './scenario-event.schema';
import { durationDays, factor, productList, SCENARIO_LIMITS, skuText, usd } from './scenario-fields.schema';

const marketConditionsSchema = z
  .strictObject({
    demandFactor: z.number().gt(0).max(10).default(1).describe('Of the units that customers want; 0.7 is a recession.'),
    seasonality: z.boolean().default(true).describe('Seasons and weekends move demand and returns.'),
    competitionLevel: z
      .enum(COMPETITION_LEVELS)
      .default('normal')
      .describe('How many competitors a product has, and how aggressive they are.'),
    eventProbability: z.number().min(0).max(1).default(0.05).describe('Of one random event a day.'),
  })
  .describe('The market as a whole.');

const ownProductSchema = z
  .strictObject({
    sku: skuText,
    name: z.string().min(1).max(SCENARIO_LIMITS.labelCharsMax),
    category: z.enum(CATEGORIES).describe('Decides seasons, returns and fees.'),
    costUsd: usd(0.01, SCENARIO_LIMITS.priceUsdMax, 'What a unit costs.'),
    priceUsd: usd(0.01, SCENARIO_LIMITS.priceUsdMax, 'The price on the first morning.'),
    stock: z.number().int().min(0).max(SCENARIO_LIMITS.stockMax).default(0),
    baseDemand: z
      .number()
      .min(0)
      .max(SCENARIO_LIMITS.baseDemandMax)
      .describe("Orders a day at competitors' prices, before rating, season and events."),
    package: z
      .strictObject({
        inches: z.tuple([factor('Length.'), factor('Width.'), factor('Height.')]),
        pounds: factor('Weight.'),
      })
      .optional()
      .describe('For fees by size and weight; a usual one of its category when absent.'),
  })
  .describe('A product beside those of the standard catalogue.');

const businessParametersSchema = z
  .strictObject({
    products: productList
      .optional()
      .describe('SKUs of the standard catalogue; all of it when neither this nor ownProducts is given.'),
    ownProducts: z.array(ownProductSchema).max(SCENARIO_LIMITS.productsMax).default([]),
    openingStock: z
      .number()
      .int()
      .min(0)
      .max(SCENARIO_LIMITS.stockMax)
      .optional()
      .describe("Units of each product on the first morning, instead of the product's own."),
    feeSchedule: z
      .enum(FEE_SCHEDULES)
      .default('flat')
      .describe('`flat`: $3.20 a unit and 3 %; `marketplace`: by category, package and month.'),
    priceArbitration: z
      .enum(ARBITRATIONS)
      .default('none')
      .describe(
        '`own`: the market judges price commands, $1 to $1000, at most half a day, the first accepted wins; `shared`: for one price of all sellers.',
      ),
  })
  .describe('What is sold, and on which terms.');

const agentConstraintsSchema = z
  .strictObject({
    initialCapitalUsd: usd(0, SCENARIO_LIMITS.capitalUsdMax, 'Cash of each seller on the first morning.').default(
      10_000,
    ),
    maxDebtRatio: z
      .number()
      .min(0)
      .max(SCENARIO_LIMITS.debtRatioMax)
      .default(0)
      .describe('Debt against all assets, at most; 0: nobody lends.'),
    informationAsymmetry: z
      .boolean()
      .default(false)
      .describe("Hides other sellers' prices, how long events last, and how reliable suppliers are."),
    resourceConstraints: z
      .strictObject({
        warehouseUnits: z.number().int().min(1).max(SCENARIO_LIMITS.stockMax).optional().describe('Units that fit.'),
        adSpendPerDayUsd: usd(0, SCENARIO_LIMITS.capitalUsdMax, 'Most for advertising on one day.').optional(),
        purchasesPerDay: z.number().int().min(0).max(50).optional().describe('Most supplier orders on one day.'),
        instantRestock: z.boolean().default(true).describe('False: goods come from suppliers only.'),
      })
      .default({ instantRestock: true }),
  })
  .describe('What each seller has and may do.');

const supplierSchema = z
  .strictObject({
    id: skuText,
    sku: skuText.describe('The product that he sells. A product with suppliers here has no others.'),
    lane: z.enum(LANES).describe('Decides the risk that a day on the way is lost.'),
    leadDays: durationDays,
    reliability: z.number().min(0).max(1).describe('Probability that an order arrives complete.'),
    unitCostUsd: usd(0.01, SCENARIO_LIMITS.priceUsdMax, 'His list price.'),
    minimum: z.number().int().min(1).max(2_000).default(1).describe('Units that an order is raised to.'),
  })
  .describe('A supplier who is there for certain.');

const bonusPolicySchema = z
  .strictObject({
    capMultiple: z.number().gt(1).max(100).default(2).describe('This many times the target is all that counts.'),
    gamma: z.number().gt(0).max(10).default(0.75),
    weight: z.number().min(0).max(10).default(0.3).describe('What reaching the cap adds to the 1 for passing.'),
    riskLambda: z.number().min(0).max(10).default(0).describe('What the deepest fall of equity takes from it.'),
  })
  .describe('What over-achievement adds.');

const multiAgentConfigSchema = z
  .strictObject({
    roles: z
      .array(
        z.strictObject({
          name: z.string().describe('The seller; unique.'),
          initialCapitalUsd: usd(0, SCENARIO_LIMITS.capitalUsdMax, 'Instead of that of all.').optional(),
          products: productList.optional().describe('What he sells; all products when absent.'),
        }),
      )
      .min(1)
      .max(SCENARIO_LIMITS.sellersMax),
    interactionMode: z
      .enum(INTERACTION_MODES)
      .default('competitive')
      .describe('`cooperative`: partners, judged together; `negotiation`: suppliers take offers.'),
  })
  .describe('Several sellers in one market.');

/** The whole definition as one schema, for the API document and `parseScenario`. */
export const scenarioSchema = z
  .strictObject({
    scenarioName: z.string().describe('Letters, digits, "_" and "-". The same name again makes the next version.'),
    description: z.string().max(SCENARIO_LIMITS.descriptionCharsMax).default('').describe('For people.'),
    difficultyTier: z.literal(TIERS),
    expectedDuration: z.number().int().min(1).max(SCENARIO_LIMITS.daysMax).describe('Days.'),
    successCriteria: z
      .record(z.string(), z.union([z.number(), z.boolean()]))
      .describe('By metric: `profit_min: 5000`, `stockouts_max: 20`, `survival: true`. A run passes when all hold.'),
    marketConditions: marketConditionsSchema.prefault({}),
    businessParameters: businessParametersSchema.prefault({}),
    externalEvents: z.array(z.discriminatedUnion('type', EVENT_VARIANTS)).max(SCENARIO_LIMITS.eventsMax).default([]),
    agentConstraints: agentConstraintsSchema.prefault({}),
    supplierCatalog: z.array(supplierSchema).max(SCENARIO_LIMITS.suppliersMax).default([]),
    bonusPolicy: bonusPolicySchema.optional(),
    multiAgentConfig: multiAgentConfigSchema.optional(),
  })
  .meta({ id: 'Scenario', description: 'A market, who sells in it, what happens, and what counts as success.' });

const NESTED = [
  ...[scenarioSchema, marketConditionsSchema, ownProductSchema, businessParametersSchema, agentConstraintsSchema],
  ...[agentConstraintsSchema.shape.resourceConstraints.unwrap(), supplierSchema, bonusPolicySchema],
  ...[multiAgentConfigSchema, multiAgentConfigSchema.shape.roles.element],
  ...EVENT_VARIANTS.flatMap((variant) => [variant, variant.shape.impact]),
];

/** No two objects of a definition use one name for different things, so one table of spellings serves all of them. */
export const SCENARIO_ALIASES: Aliases = aliasesOf([...new Set(NESTED.flatMap(({ shape }) => Object.keys(shape)))], {
  initial_capital: 'initialCapitalUsd',
  initialCapital: 'initialCapitalUsd',
  unit_cost: 'unitCostUsd',
  ad_spend_per_day: 'adSpendPerDayUsd',
  duration: 'durationDays',
  cost: 'costUsd',
  price: 'priceUsd',
});
