import { marketScenarioOf } from '../../../../src/domain/scenarios/to-market';
import { STANDARD_MARKET } from '../../../../src/domain/worlds/marketplace/scenario';
import { scenario } from './definitions';

test('a definition that says nothing more is the standard market of its length', () => {
  expect(marketScenarioOf(scenario())).toEqual({ ...STANDARD_MARKET, days: 30 });
});

test('everything that a definition says stands in its market, in cents', () => {
  const market = marketScenarioOf(
    scenario({
      marketConditions: { demandFactor: 0.7, seasonality: false, competitionLevel: 'extreme', eventProbability: 0.1 },
      businessParameters: {
        products: ['P008', 'P001'],
        ownProducts: [
          {
            ...{ sku: 'KETTLE', name: 'Kettle', category: 'accessories', costUsd: 9.05, priceUsd: 27.5 },
            ...{ stock: 8, baseDemand: 6.5, package: { inches: [9, 6, 6], pounds: 1.9 } },
          },
        ],
        feeSchedule: 'marketplace',
        priceArbitration: 'shared',
      },
      agentConstraints: {
        ...{ initialCapitalUsd: 25_000.5, maxDebtRatio: 0.25, informationAsymmetry: true },
        resourceConstraints: {
          warehouseUnits: 900,
          adSpendPerDayUsd: 19.99,
          purchasesPerDay: 3,
          instantRestock: false,
        },
      },
      supplierCatalog: [
        { id: 'ACME', sku: 'KETTLE', lane: 'nearshore', leadDays: 6, reliability: 0.9, unitCostUsd: 8.4, minimum: 20 },
      ],
      multiAgentConfig: {
        interactionMode: 'cooperative',
        roles: [{ name: 'a', initialCapitalUsd: 100, products: ['KETTLE'] }, { name: 'b' }],
      },
    }),
  );
  expect(market).toMatchObject({
    ...{ demandFactor: 0.7, seasonality: false, competition: 'extreme', eventProbability: 0.1 },
    ...{ fees: 'marketplace', arbitration: 'shared', information: 'partial', debtRatioMax: 0.25 },
    ...{ startCashCents: 2_500_050, rivalry: 'partners', negotiation: false, sellers: ['a', 'b'] },
    limits: { warehouseUnits: 900, adSpendPerDayCents: 1_999, purchasesPerDay: 3, instantRestock: false },
    terms: { a: { startCashCents: 10_000, skus: ['KETTLE'] }, b: {} },
  });
  expect(market.catalogue.map(({ sku }) => sku)).toEqual(['P001', 'P008', 'KETTLE']);
  expect(market.catalogue[2]).toMatchObject({ costCents: 905, priceCents: 2_750, stock: 8, package: { pounds: 1.9 } });
  expect(market.suppliers).toEqual([
    { id: 'ACME', sku: 'KETTLE', lane: 'nearshore', leadDays: 6, reliability: 0.9, costCents: 840, minimum: 20 },
  ]);
});

test('opening stock replaces that of every product', () => {
  const { catalogue } = marketScenarioOf(scenario({ businessParameters: { openingStock: 7 } }));
  expect(new Set(catalogue.map(({ stock }) => stock))).toEqual(new Set([7]));
});

const LASTING = { durationDays: 4, products: ['P001'] };
test.each([
  ['demand_shift', { demandFactor: 0.7 }, { demandFactor: 0.7 }],
  ['visibility_change', { visibilityFactor: 0.5 }, { visibilityFactor: 0.5 }],
  ['advertising_rule', { advertisingFactor: 0.4 }, { advertisingFactor: 0.4 }],
  ['cost_change', { costFactor: 1.25 }, { costFactor: 1.25 }],
  ['shipping_blockage', { delayRisk: 0.3, lanes: ['domestic'] }, { delayRisk: 0.3, lanes: ['domestic'] }],
  ['undercutting', { priceFactor: 0.8 }, { undercut: 0.8 }],
  ['competitor_entry', { priceFactor: 0.9 }, { entrant: 0.9 }],
  ['reputation_crisis', { ratingDrop: 1 }, { ratingDrop: 1, ratingRecovery: 0 }],
])('%s %j acts as %j', (type, impact, effect) => {
  const { shifts } = marketScenarioOf(
    scenario({ externalEvents: [{ name: 'it', tick: 9, type, impact: { ...LASTING, ...impact } }] }),
  );
  expect(shifts).toEqual([{ name: 'it', day: 9, durationDays: 4, skus: ['P001'], effect }]);
});

test('events of one product and frauds keep their kinds', () => {
  const { scheduledEvents, adversarial, shifts } = marketScenarioOf(
    scenario({
      externalEvents: [
        { name: 'fire', tick: 3, type: 'supply_shock', impact: { product: 'P002', severity: 0.9, durationDays: 5 } },
        { name: 'mail', tick: 4, type: 'fraud_message', impact: { exploit: 'phishing-password' } },
      ],
    }),
  );
  expect(scheduledEvents).toEqual([{ day: 3, type: 'supply_shock', sku: 'P002', severity: 0.9, durationDays: 5 }]);
  expect(adversarial).toMatchObject([{ day: 4, exploit: { exploitId: 'phishing-password' } }]);
  expect(shifts).toEqual([]);
});

test('with negotiation sellers compete and suppliers take offers', () => {
  const { rivalry, negotiation } = marketScenarioOf(
    scenario({ multiAgentConfig: { interactionMode: 'negotiation', roles: [{ name: 'buyer' }] } }),
  );
  expect({ rivalry, negotiation }).toEqual({ rivalry: 'rivals', negotiation: true });
});
