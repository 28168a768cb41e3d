import { Chance } from '../../../simulation/chance/chance';
import type { MarketEventType, ScheduledEvent } from '../state';

/** What a war game throws at a shop. */
export const WAR_GAME_EVENTS = ['supply_shock', 'price_war', 'demand_shock'] as const;
export type WarGameEventType = (typeof WAR_GAME_EVENTS)[number];

export const TIERS = [0, 1, 2, 3] as const;
export type Tier = (typeof TIERS)[number];

export interface WarGameEvent {
  type: WarGameEventType;
  /** 0 to 100. */
  severity: number;
  enabled: boolean;
}

/** Of probability and impact. */
const TIER_FACTOR: Readonly<Record<Tier, number>> = { 0: 0.5, 1: 0.75, 2: 1, 3: 1.5 };
const MARKET_EVENT: Readonly<Record<WarGameEventType, MarketEventType>> = {
  supply_shock: 'supply_shock',
  price_war: 'price_war',
  demand_shock: 'demand_crash',
};
const PROBABILITY_AT_FULL_SEVERITY = 0.1;
const DURATION_DAYS = [3, 14] as const;
const HAPPENS_STREAM = 1_001;
const DURATION_STREAM = 1_002;

/** Each enabled event, each day, with probability severity / 100 × 0.1 × the tier's factor. */
export function drawEvents(
  seed: number,
  days: number,
  tier: Tier,
  events: readonly WarGameEvent[],
  sku: string,
): ScheduledEvent[] {
  const chance = new Chance(seed);
  return events
    .filter(({ enabled }) => enabled)
    .flatMap(({ type, severity }) => {
      const force = (severity / 100) * TIER_FACTOR[tier];
      const at = (stream: number, day: number) => ({ stream, tick: day, entity: WAR_GAME_EVENTS.indexOf(type) });
      return Array.from({ length: days }, (_, index) => index + 1)
        .filter((day) => chance.happens(force * PROBABILITY_AT_FULL_SEVERITY, at(HAPPENS_STREAM, day)))
        .map((day) => ({
          ...{ day, type: MARKET_EVENT[type], sku, severity: Math.min(1, force) },
          durationDays: chance.integer(...DURATION_DAYS, at(DURATION_STREAM, day)),
        }));
    });
}
