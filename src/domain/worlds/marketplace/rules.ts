import type { Lane } from './catalogue';

/** How the market charges: `flat` is $3.20 a unit and 3 %; `marketplace` goes by category, package and month. */
export const FEE_SCHEDULES = ['flat', 'marketplace'] as const;
export type FeeSchedule = (typeof FEE_SCHEDULES)[number];

/** Who judges price commands: nobody, or the market, for each seller's own listing or for one that all sellers share. */
export const ARBITRATIONS = ['none', 'own', 'shared'] as const;
export type Arbitration = (typeof ARBITRATIONS)[number];

export const COMPETITION_LEVELS = ['low', 'normal', 'high', 'extreme'] as const;
export type CompetitionLevel = (typeof COMPETITION_LEVELS)[number];

/** `partial` hides what the other sellers ask, how long events last and how reliable suppliers are. */
export const INFORMATION_LEVELS = ['full', 'partial'] as const;
export type InformationLevel = (typeof INFORMATION_LEVELS)[number];

/** Other sellers count as competitors in customers' eyes, or they do not. */
export const RIVALRIES = ['rivals', 'partners'] as const;
export type Rivalry = (typeof RIVALRIES)[number];

/**
 * A condition of the market from the morning of `day` for `durationDays` days, exactly as written: no chance in it. Factors
 * of shifts that overlap are multiplied, risks are added.
 */
export interface MarketShift {
  /** Unique in its scenario. */
  name: string;
  day: number;
  durationDays: number;
  /** The products it concerns; all when left out. */
  skus?: readonly string[];
  effect: ShiftEffect;
}

export interface ShiftEffect {
  demandFactor?: number;
  /** Of what advertising and search show: at 0.5 a fully advertised product is seen as before. */
  visibilityFactor?: number;
  /** Of what advertising adds. */
  advertisingFactor?: number;
  /** Of what goods cost: from suppliers and at once. */
  costFactor?: number;
  /** Probability that a day on the way is lost, added to the lane's. */
  delayRisk?: number;
  /** The lanes that `delayRisk` concerns; all when left out. */
  lanes?: readonly Lane[];
  /** Competitors ask at most this share of the cheapest seller's price. */
  undercut?: number;
  /** One more competitor per product, who asks this share of the cheapest seller's price. */
  entrant?: number;
  /** Stars that every seller's products lose when it begins, and get back when it ends. */
  ratingDrop?: number;
  ratingRecovery?: number;
}

/** What one seller may use; what is left out has no limit. */
export interface ResourceLimits {
  /** On the shelves and on the way together. */
  warehouseUnits?: number;
  adSpendPerDayCents?: number;
  purchasesPerDay?: number;
  /** False: goods come from suppliers only. */
  instantRestock?: boolean;
}

/** A supplier that is there for certain. A product with one has no others. */
export interface SupplierLine {
  id: string;
  sku: string;
  lane: Lane;
  leadDays: number;
  /** Probability that an order arrives complete. */
  reliability: number;
  costCents: number;
  minimum: number;
}

/** Where one seller differs from the others. */
export interface SellerTerms {
  startCashCents?: number;
  /** The products he sells; the whole catalogue when left out. */
  skus?: readonly string[];
}
