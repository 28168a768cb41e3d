import { Chance } from '../../../simulation/chance/chance';
import { share } from '../money/cents';
import type { MarketState, Supplier } from '../state';
import { STREAM } from '../streams';

/** Of the list price: below it a supplier sells to nobody. Each has a floor of his own, the same for the whole run. */
const FLOOR = [0.85, 0.97] as const;

/**
 * What an offer comes to: accepted at its price when it is not below the supplier's floor, never above the list price;
 * otherwise he names the middle between his floor and the list price.
 */
export function negotiate(
  listCents: number,
  floorCents: number,
  offerCents: number,
): { unitCostCents: number } | { counterCents: number } {
  if (offerCents >= floorCents) return { unitCostCents: Math.min(offerCents, listCents) };
  return { counterCents: share(listCents + floorCents, 0.5) };
}

/** @param listCents what he asks today */
export function floorCents(
  { seed, products }: MarketState,
  product: number,
  { id }: Supplier,
  listCents: number,
): number {
  const index = products[product]!.suppliers.findIndex((supplier) => supplier.id === id);
  const at = { stream: STREAM.supplierFloor, tick: 0, entity: product, index };
  return share(listCents, new Chance(seed).between(FLOOR[0], FLOOR[1], at));
}
