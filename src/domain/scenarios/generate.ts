import { Chance } from '../simulation/chance/chance';
import { CATALOGUE } from '../worlds/marketplace/catalogue';
import { share } from '../worlds/marketplace/money/cents';
import type { ScenarioDefinition, Tier } from './definition';
import type { ShiftEvent, ShiftType } from './external-event';
import { IMPACT_BOUNDS, TIER_BOUNDS, type TierBounds } from './tier-bounds';

/** What chance is drawn for. Numbers are never reused or changed: a seed would make another scenario. */
const STREAM = {
  days: 1,
  capital: 2,
  productCount: 3,
  productOrder: 4,
  demand: 5,
  eventProbability: 6,
  competition: 7,
  eventCount: 8,
  eventType: 9,
  eventDay: 10,
  eventDays: 11,
  eventImpact: 12,
  profit: 13,
} as const;

/** One scenario of a tier: the same seed and tier make the same one, on every machine. */
export function generateScenario(seed: number, tier: Tier): ScenarioDefinition {
  const draws = new Draws(new Chance(seed), tier);
  const bounds = TIER_BOUNDS[tier];
  const expectedDuration = draws.integer(bounds.days, STREAM.days);
  const initialCapitalUsd = draws.integer(bounds.capitalUsd, STREAM.capital);
  return {
    scenarioName: `generated_tier_${tier}_${seed}`,
    description: `Generated within the bounds of tier ${tier} from seed ${seed}.`,
    difficultyTier: tier,
    expectedDuration,
    successCriteria: {
      profit_min: share(initialCapitalUsd, draws.between(bounds.profitOfCapital, STREAM.profit)),
      survival: true,
    },
    marketConditions: {
      demandFactor: hundredths(draws.between(bounds.demandFactor, STREAM.demand)),
      seasonality: bounds.seasonality,
      competitionLevel: draws.pick(bounds.competition, STREAM.competition),
      eventProbability: hundredths(draws.between(bounds.eventProbability, STREAM.eventProbability)),
    },
    businessParameters: {
      ...{ products: productsOf(draws, bounds), ownProducts: [], feeSchedule: 'flat', priceArbitration: 'none' },
    },
    externalEvents: eventsOf(draws, bounds, expectedDuration),
    agentConstraints: {
      ...{ initialCapitalUsd, maxDebtRatio: 0, informationAsymmetry: tier === 3 },
      resourceConstraints: { instantRestock: true },
    },
    supplierCatalog: [],
  };
}

/** Chance for one tier: each use has its stream, each repetition its index. */
class Draws {
  constructor(
    private readonly chance: Chance,
    private readonly tier: Tier,
  ) {}

  integer([low, high]: readonly [number, number], stream: number, index = 0): number {
    return this.chance.integer(low, high, this.at(stream, index));
  }

  between([low, high]: readonly [number, number], stream: number, index = 0): number {
    return this.chance.between(low, high, this.at(stream, index));
  }

  pick<T>(items: readonly T[], stream: number, index = 0): T {
    return this.chance.pick(items, this.at(stream, index));
  }

  private at(stream: number, index: number) {
    return { stream, tick: 0, entity: this.tier, index };
  }
}

/** In the order of the catalogue. */
function productsOf(draws: Draws, { products }: TierBounds): string[] {
  const count = draws.integer(products, STREAM.productCount);
  const ranked = CATALOGUE.map(({ sku }, index) => ({ sku, rank: draws.between([0, 1], STREAM.productOrder, index) }));
  const chosen = new Set(
    [...ranked]
      .sort((a, b) => a.rank - b.rank)
      .slice(0, count)
      .map(({ sku }) => sku),
  );
  return CATALOGUE.map(({ sku }) => sku).filter((sku) => chosen.has(sku));
}

/** After the first week, so that a seller has something to lose; in the order of their days. */
function eventsOf(draws: Draws, { events, eventTypes, eventDays }: TierBounds, days: number): ShiftEvent[] {
  const count = draws.integer(events, STREAM.eventCount);
  return Array.from({ length: count }, (_, index) => {
    const tick = draws.integer([8, days], STREAM.eventDay, index);
    const type = draws.pick(eventTypes, STREAM.eventType, index);
    const durationDays = draws.integer(eventDays, STREAM.eventDays, index);
    const strength = hundredths(draws.between(IMPACT_BOUNDS[type], STREAM.eventImpact, index));
    return shiftEvent(`${type}_${index + 1}`, tick, type, durationDays, strength);
  }).sort((a, b) => a.tick - b.tick);
}

function shiftEvent(name: string, tick: number, type: ShiftType, durationDays: number, strength: number): ShiftEvent {
  const event = { name, tick };
  switch (type) {
    case 'demand_shift':
      return { ...event, type, impact: { durationDays, demandFactor: strength } };
    case 'visibility_change':
      return { ...event, type, impact: { durationDays, visibilityFactor: strength } };
    case 'advertising_rule':
      return { ...event, type, impact: { durationDays, advertisingFactor: strength } };
    case 'cost_change':
      return { ...event, type, impact: { durationDays, costFactor: strength } };
    case 'shipping_blockage':
      return { ...event, type, impact: { durationDays, delayRisk: strength } };
    case 'undercutting':
    case 'competitor_entry':
      return { ...event, type, impact: { durationDays, priceFactor: strength } };
    case 'reputation_crisis':
      return {
        ...event,
        type,
        impact: { durationDays, ratingDrop: strength, ratingRecovery: hundredths(strength / 2) },
      };
  }
}

/** As people would write it. */
function hundredths(value: number): number {
  return share(value, 100) / 100;
}
