import type { ErpAgent } from './erp-agent';
import { recordsWith, type JsonRecord, type Reading } from './reading';
import { cents, number, sum, text, words } from './values';

interface Offer {
  supplier: string;
  /** `null`: sells everything. */
  skus: string[] | null;
  unitPriceCents: number;
  leadTimeDays: number;
  /** 0 to 1. */
  reliability: number;
}

const NAME = ['supplier', 'supplierName', 'name'];
const PRICE = ['unitPrice', 'price', 'unitCost'];
const SUPPLIERS = ['Northwind Supply', 'Fabrikam Wholesale', 'Contoso Parts'];
/** What a late unit costs beside its price, as a share of it, for each day and for unreliability. */
const DAY_COST = 0.01;
const RISK_COST = 0.5;

/** For each reorder the offer with the lowest price after lead time and risk; urgent ones weigh days threefold. */
export const supplierSelector: ErpAgent = {
  role: 'supplier_selector',
  answer(reading) {
    const offers = offersIn(reading);
    const reorders = recordsWith(reading, ['sku'], ['quantity'], ['urgency']);
    const selections = reorders.map((reorder) => select(reorder, offers));
    return {
      selections,
      totalCents: sum(selections.map((selection) => selection.lineTotalCents)),
      unsourcedSkus: selections.filter((selection) => selection.supplier === null).map((selection) => selection.sku),
    };
  },
};

function select(reorder: JsonRecord, offers: readonly Offer[]) {
  const sku = text(reorder, ['sku'])!;
  const quantity = number(reorder, ['quantity']) ?? 0;
  const dayWeight = text(reorder, ['urgency']) === 'now' ? 3 * DAY_COST : DAY_COST;
  const burden = (offer: Offer) =>
    offer.unitPriceCents * (1 + offer.leadTimeDays * dayWeight + (1 - offer.reliability) * RISK_COST);
  const [best, second] = offers
    .filter((offer) => offer.skus?.includes(sku) ?? true)
    .sort((a, b) => burden(a) - burden(b));
  if (best === undefined)
    return {
      sku,
      quantity,
      supplier: null,
      unitPriceCents: null,
      leadTimeDays: null,
      lineTotalCents: 0,
      alternative: null,
    };
  const { supplier, unitPriceCents, leadTimeDays } = best;
  return {
    sku,
    quantity,
    supplier,
    unitPriceCents,
    leadTimeDays,
    lineTotalCents: unitPriceCents * quantity,
    alternative: second?.supplier ?? null,
  };
}

function offersIn(reading: Reading): Offer[] {
  const priced = recordsWith(reading, NAME, [...PRICE, ...PRICE.map((name) => `${name}Cents`)]).map(toOffer);
  return priced.length > 0 ? priced : SUPPLIERS.map((supplier) => madeUp(supplier, reading));
}

function toOffer(record: JsonRecord): Offer {
  const skus = words(record['skus'] ?? record['sku']);
  const reliability = number(record, ['reliability', 'rating', 'onTimeRate']) ?? 0.9;
  return {
    supplier: text(record, NAME)!,
    skus: skus.length > 0 ? skus : null,
    unitPriceCents: cents(record, PRICE) ?? 0,
    leadTimeDays: number(record, ['leadTimeDays', 'leadTime', 'leadDays']) ?? 7,
    reliability: reliability > 1 ? Math.min(1, reliability / (reliability > 5 ? 100 : 5)) : reliability,
  };
}

function madeUp(supplier: string, { random }: Reading): Offer {
  return {
    supplier,
    skus: null,
    unitPriceCents: random.integer(200, 4_000),
    leadTimeDays: random.integer(2, 14),
    reliability: random.integer(80, 99) / 100,
  };
}
