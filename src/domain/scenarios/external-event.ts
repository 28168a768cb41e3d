import type { Lane } from '../worlds/marketplace/catalogue';
import type { ShiftEffect } from '../worlds/marketplace/rules';
import type { MarketEventType } from '../worlds/marketplace/state';

interface Lasting {
  durationDays: number;
  /** SKUs; all products when left out. */
  products?: string[] | undefined;
}

/** What each kind of condition is told. */
export interface ShiftImpacts {
  demand_shift: Lasting & { demandFactor: number };
  visibility_change: Lasting & { visibilityFactor: number };
  advertising_rule: Lasting & { advertisingFactor: number };
  cost_change: Lasting & { costFactor: number };
  shipping_blockage: Lasting & { delayRisk: number; lanes?: Lane[] | undefined };
  undercutting: Lasting & { priceFactor: number };
  competitor_entry: Lasting & { priceFactor: number };
  reputation_crisis: Lasting & { ratingDrop: number; ratingRecovery: number };
}
export type ShiftType = keyof ShiftImpacts;

/** What each kind of condition does to the market. */
const EFFECTS: { readonly [T in ShiftType]: (impact: ShiftImpacts[T]) => ShiftEffect } = {
  demand_shift: ({ demandFactor }) => ({ demandFactor }),
  visibility_change: ({ visibilityFactor }) => ({ visibilityFactor }),
  advertising_rule: ({ advertisingFactor }) => ({ advertisingFactor }),
  cost_change: ({ costFactor }) => ({ costFactor }),
  shipping_blockage: ({ delayRisk, lanes }) => ({ delayRisk, ...(lanes === undefined ? {} : { lanes }) }),
  undercutting: ({ priceFactor }) => ({ undercut: priceFactor }),
  competitor_entry: ({ priceFactor }) => ({ entrant: priceFactor }),
  reputation_crisis: ({ ratingDrop, ratingRecovery }) => ({ ratingDrop, ratingRecovery }),
};

/** An event of one product, of the same kinds that happen by chance; its severity is scaled by chance, too. */
export interface ProductImpact {
  product: string;
  severity: number;
  durationDays: number;
}

/** A message that deceives, by the id of its exploit. */
export interface FraudImpact {
  exploit: string;
}

interface Named {
  name: string;
  /** The day on whose morning it happens, from 1. */
  tick: number;
}

export type ShiftEvent = { [T in ShiftType]: Named & { type: T; impact: ShiftImpacts[T] } }[ShiftType];
export type ProductEvent = Named & { type: MarketEventType; impact: ProductImpact };
export type FraudEvent = Named & { type: 'fraud_message'; impact: FraudImpact };
export type ExternalEvent = ShiftEvent | ProductEvent | FraudEvent;

export function isShift(event: ExternalEvent): event is ShiftEvent {
  return Object.hasOwn(EFFECTS, event.type);
}

export function isFraud(event: ExternalEvent): event is FraudEvent {
  return event.type === 'fraud_message';
}

export function isProductEvent(event: ExternalEvent): event is ProductEvent {
  return !isShift(event) && !isFraud(event);
}

export function effectOf<T extends ShiftType>({ type, impact }: { type: T; impact: ShiftImpacts[T] }): ShiftEffect {
  return EFFECTS[type](impact);
}
