import type { Chance } from '../../../simulation/chance/chance';
import { LANE_FACTS, LANES, MINIMUM_ORDERS } from '../catalogue';
import { share } from '../money/cents';
import type { MarketScenario, Supplier } from '../state';
import { STREAM } from '../streams';

const SUPPLIERS_PER_PRODUCT = 2;

/** Those of the scenario, or else drawn once. */
export function suppliersOf({ suppliers, catalogue }: MarketScenario, chance: Chance, product: number): Supplier[] {
  const { sku, costCents } = catalogue[product]!;
  const named = suppliers.filter((supplier) => supplier.sku === sku);
  if (named.length === 0) return drawSuppliers(chance, product, sku, costCents);
  return named.map(({ id, lane, leadDays, reliability, costCents: cost, minimum }) => ({
    ...{ id, lane, leadDays, reliability, costCents: cost, minimum },
    delayRisk: LANE_FACTS[lane].delayRisk,
  }));
}

function drawSuppliers(chance: Chance, product: number, sku: string, costCents: number): Supplier[] {
  return Array.from({ length: SUPPLIERS_PER_PRODUCT }, (_, index) => {
    const at = (stream: number) => ({ stream, tick: 0, entity: product, index });
    const lane = chance.pick(LANES, at(STREAM.supplierLane));
    const { leadDays, reliability, delayRisk } = LANE_FACTS[lane];
    return {
      id: `SUP-${sku}-${index + 1}`,
      lane,
      leadDays: chance.integer(leadDays[0], leadDays[1], at(STREAM.supplierLead)),
      reliability: chance.between(reliability[0], reliability[1], at(STREAM.supplierReliability)),
      delayRisk,
      costCents: share(costCents, chance.between(0.9, 1.2, at(STREAM.supplierCost))),
      minimum: chance.pick(MINIMUM_ORDERS, at(STREAM.supplierMinimum)),
    };
  });
}

/** Who delivers when nobody was named: the cheapest, then the quickest, then the most reliable. */
export function defaultSupplier(suppliers: readonly Supplier[]): Supplier {
  const [best] = [...suppliers].sort(
    (a, b) => a.costCents - b.costCents || a.leadDays - b.leadDays || b.reliability - a.reliability,
  );
  return best!;
}
