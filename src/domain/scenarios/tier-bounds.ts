import type { CompetitionLevel } from '../worlds/marketplace/rules';
import type { Tier } from './definition';
import type { ShiftType } from './external-event';

type Range = readonly [low: number, high: number];

/** What a tier allows a generated scenario to be. Money in US dollars. */
export interface TierBounds {
  days: Range;
  capitalUsd: Range;
  products: Range;
  demandFactor: Range;
  eventProbability: Range;
  seasonality: boolean;
  competition: readonly CompetitionLevel[];
  /** How many conditions, of which kinds, how long. */
  events: Range;
  eventTypes: readonly ShiftType[];
  eventDays: Range;
  /** What is asked for, as a share of the opening capital. */
  profitOfCapital: Range;
}

const MILD: readonly ShiftType[] = ['demand_shift', 'shipping_blockage'];
const ROUGH: readonly ShiftType[] = [...MILD, 'undercutting', 'reputation_crisis'];
const HARSH: readonly ShiftType[] = [
  ...ROUGH,
  'visibility_change',
  'advertising_rule',
  'cost_change',
  'competitor_entry',
];

/** Each tier is longer, poorer and rougher than the one below. */
export const TIER_BOUNDS: Readonly<Record<Tier, TierBounds>> = {
  0: {
    ...{ days: [30, 30], capitalUsd: [8_000, 12_000], products: [1, 1], demandFactor: [0.9, 1.1] },
    ...{ eventProbability: [0, 0], seasonality: false, competition: ['low'] },
    ...{ events: [0, 0], eventTypes: MILD, eventDays: [1, 1], profitOfCapital: [0.02, 0.05] },
  },
  1: {
    ...{ days: [60, 120], capitalUsd: [20_000, 30_000], products: [2, 4], demandFactor: [0.8, 1] },
    ...{ eventProbability: [0.02, 0.05], seasonality: true, competition: ['low', 'normal'] },
    ...{ events: [0, 2], eventTypes: MILD, eventDays: [7, 21], profitOfCapital: [0.1, 0.25] },
  },
  2: {
    ...{ days: [120, 240], capitalUsd: [15_000, 25_000], products: [3, 6], demandFactor: [0.6, 0.8] },
    ...{ eventProbability: [0.04, 0.08], seasonality: true, competition: ['normal', 'high'] },
    ...{ events: [3, 5], eventTypes: ROUGH, eventDays: [20, 60], profitOfCapital: [0.4, 0.8] },
  },
  3: {
    ...{ days: [300, 365], capitalUsd: [8_000, 15_000], products: [4, 8], demandFactor: [0.45, 0.65] },
    ...{ eventProbability: [0.06, 0.1], seasonality: true, competition: ['high', 'extreme'] },
    ...{ events: [5, 8], eventTypes: HARSH, eventDays: [40, 120], profitOfCapital: [1.5, 3] },
  },
};

/** How hard a condition of each kind may hit. */
export const IMPACT_BOUNDS: Readonly<Record<ShiftType, Range>> = {
  demand_shift: [0.5, 0.85],
  visibility_change: [0.4, 0.8],
  advertising_rule: [0.2, 0.7],
  cost_change: [1.1, 1.4],
  shipping_blockage: [0.1, 0.4],
  undercutting: [0.75, 0.95],
  competitor_entry: [0.7, 0.95],
  reputation_crisis: [0.4, 1.5],
};
