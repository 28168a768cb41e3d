import type { Category } from './catalogue';
import { clamp } from './money/cents';
import type { MarketState } from './state';

interface Season {
  name: string;
  /** Days of the year, both included; they do not wrap around the year's end. */
  from: number;
  to: number;
  factor: number;
  categories: readonly Category[];
}

const DEMAND_SEASONS: readonly Season[] = [
  { name: 'Q4', from: 320, to: 360, factor: 1.18, categories: ['audio', 'camera', 'charging', 'connectivity'] },
  { name: 'after the holidays', from: 1, to: 35, factor: 0.92, categories: ['audio', 'camera', 'workstation'] },
  {
    name: 'back to school',
    from: 220,
    to: 255,
    factor: 1.1,
    categories: ['workstation', 'camera', 'accessories', 'connectivity'],
  },
];
const RETURN_SEASONS: readonly Season[] = [
  { name: 'return wave', from: 1, to: 45, factor: 1.35, categories: ['audio', 'camera', 'workstation'] },
];
const WEEKEND_FACTOR = 1.05;

/** 1 to 365. @param day from 1 */
export function dayOfYear(day: number): number {
  return ((day - 1) % 365) + 1;
}

export function isWeekend(day: number): boolean {
  return (day - 1) % 7 >= 5;
}

export function demandSeason(day: number, category: Category): number {
  return clamp(factorOf(DEMAND_SEASONS, day, category) * (isWeekend(day) ? WEEKEND_FACTOR : 1), 0.5, 2.5);
}

export function returnSeason(day: number, category: Category): number {
  return clamp(factorOf(RETURN_SEASONS, day, category), 0.6, 2.5);
}

type Today = Pick<MarketState, 'day' | 'scenario'>;

/** Today's; 1 throughout where a scenario has no seasons. */
export function demandSeasonIn({ day, scenario }: Today, category: Category): number {
  return scenario.seasonality ? demandSeason(day, category) : 1;
}

export function returnSeasonIn({ day, scenario }: Today, category: Category): number {
  return scenario.seasonality ? returnSeason(day, category) : 1;
}

/** The names of the seasons that a day is in, for whoever plans by the calendar. */
export function seasonsOn(day: number): string[] {
  return [...DEMAND_SEASONS, ...RETURN_SEASONS].filter((season) => isIn(season, day)).map(({ name }) => name);
}

function factorOf(seasons: readonly Season[], day: number, category: Category): number {
  return seasons
    .filter((season) => isIn(season, day) && season.categories.includes(category))
    .reduce((product, { factor }) => product * factor, 1);
}

function isIn({ from, to }: Season, day: number): boolean {
  const today = dayOfYear(day);
  return from <= today && today <= to;
}
