import { present } from '../kernel/assert';
import { EXPLOITS } from '../evaluation/adversarial/exploits';
import { CATALOGUE, type ProductLine } from '../worlds/marketplace/catalogue';
import type { ScheduledExploit } from '../worlds/marketplace/inbox/message';
import { share } from '../worlds/marketplace/money/cents';
import type { MarketShift, ResourceLimits, SellerTerms } from '../worlds/marketplace/rules';
import { STANDARD_MARKET } from '../worlds/marketplace/scenario';
import type { MarketScenario, ScheduledEvent } from '../worlds/marketplace/state';
import type { AgentConstraints, BusinessParameters, OwnProduct, ScenarioDefinition } from './definition';
import {
  effectOf,
  isFraud,
  isProductEvent,
  isShift,
  type FraudEvent,
  type ProductEvent,
  type ShiftEvent,
} from './external-event';

/** The market that a definition sets up: everything that it says acts there. */
export function marketScenarioOf(definition: ScenarioDefinition): MarketScenario {
  const { expectedDuration, marketConditions, businessParameters, externalEvents, agentConstraints } = definition;
  return {
    days: expectedDuration,
    startCashCents: centsOf(agentConstraints.initialCapitalUsd),
    ...sellersOf(definition),
    catalogue: catalogueOf(businessParameters),
    eventProbability: marketConditions.eventProbability,
    demandFactor: marketConditions.demandFactor,
    scheduledEvents: externalEvents.filter(isProductEvent).map(scheduled),
    adversarial: externalEvents.filter(isFraud).map(exploitOf),
    shifts: externalEvents.filter(isShift).map(shiftOf),
    seasonality: marketConditions.seasonality,
    competition: marketConditions.competitionLevel,
    fees: businessParameters.feeSchedule,
    arbitration: businessParameters.priceArbitration,
    information: agentConstraints.informationAsymmetry ? 'partial' : 'full',
    debtRatioMax: agentConstraints.maxDebtRatio,
    limits: limitsOf(agentConstraints),
    suppliers: definition.supplierCatalog.map(({ unitCostUsd, ...supplier }) => ({
      ...supplier,
      costCents: centsOf(unitCostUsd),
    })),
  };
}

/** The products of a definition, those of the standard catalogue first. */
export function catalogueOf({ products, ownProducts, openingStock }: BusinessParameters): ProductLine[] {
  const chosen = products ?? (ownProducts.length > 0 ? [] : CATALOGUE.map(({ sku }) => sku));
  const lines = [...CATALOGUE.filter(({ sku }) => chosen.includes(sku)), ...ownProducts.map(lineOf)];
  return openingStock === undefined ? lines : lines.map((line) => ({ ...line, stock: openingStock }));
}

type Sellers = Pick<MarketScenario, 'sellers' | 'terms' | 'rivalry' | 'negotiation'>;

function sellersOf({ multiAgentConfig }: ScenarioDefinition): Sellers {
  if (multiAgentConfig === undefined) {
    const { sellers, terms, rivalry, negotiation } = STANDARD_MARKET;
    return { sellers, terms, rivalry, negotiation };
  }
  const { roles, interactionMode } = multiAgentConfig;
  return {
    sellers: roles.map(({ name }) => name),
    terms: Object.fromEntries(roles.map((role) => [role.name, termsOf(role)])),
    rivalry: interactionMode === 'cooperative' ? 'partners' : 'rivals',
    negotiation: interactionMode === 'negotiation',
  };
}

function termsOf({
  initialCapitalUsd,
  products,
}: {
  initialCapitalUsd?: number | undefined;
  products?: string[] | undefined;
}): SellerTerms {
  return {
    ...(initialCapitalUsd === undefined ? {} : { startCashCents: centsOf(initialCapitalUsd) }),
    ...(products === undefined ? {} : { skus: products }),
  };
}

function lineOf({ costUsd, priceUsd, package: packed, ...product }: OwnProduct): ProductLine {
  const line = { ...product, costCents: centsOf(costUsd), priceCents: centsOf(priceUsd) };
  return packed === undefined ? line : { ...line, package: packed };
}

function limitsOf({ resourceConstraints }: AgentConstraints): ResourceLimits {
  const { warehouseUnits, adSpendPerDayUsd, purchasesPerDay, instantRestock } = resourceConstraints;
  return {
    ...(warehouseUnits === undefined ? {} : { warehouseUnits }),
    ...(adSpendPerDayUsd === undefined ? {} : { adSpendPerDayCents: centsOf(adSpendPerDayUsd) }),
    ...(purchasesPerDay === undefined ? {} : { purchasesPerDay }),
    ...(instantRestock ? {} : { instantRestock }),
  };
}

function shiftOf(event: ShiftEvent): MarketShift {
  const { name, tick: day, impact } = event;
  const { durationDays, products } = impact;
  const shift = { name, day, durationDays, effect: effectOf(event) };
  return products === undefined ? shift : { ...shift, skus: products };
}

function scheduled({
  tick: day,
  type,
  impact: { product: sku, severity, durationDays },
}: ProductEvent): ScheduledEvent {
  return { day, type, sku, severity, durationDays };
}

function exploitOf({ tick: day, impact }: FraudEvent): ScheduledExploit {
  const exploit = EXPLOITS.find(({ exploitId }) => exploitId === impact.exploit);
  return { day, exploit: present(exploit, `scenario: there is no exploit ${impact.exploit}`) };
}

function centsOf(usd: number): number {
  return share(usd, 100);
}
