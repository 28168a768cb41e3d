/** Facts of the market that no run changes. Prices in integer cents. */
export const CATEGORIES = ['audio', 'charging', 'connectivity', 'workstation', 'camera', 'accessories'] as const;
export type Category = (typeof CATEGORIES)[number];

export interface ProductLine {
  sku: string;
  name: string;
  category: Category;
  costCents: number;
  priceCents: number;
  stock: number;
  /** Units a day at a price equal to the competitors', before rating, season and events. */
  baseDemand: number;
  /** For fees by size and weight; a usual one of its category when left out. */
  package?: Package;
}

export interface Package {
  inches: readonly [length: number, width: number, height: number];
  pounds: number;
}

export const CATALOGUE: readonly ProductLine[] = [
  line('P001', 'Wireless Earbuds', 'audio', 1_500, 3_999, 100, 8),
  line('P002', 'Phone Charger', 'charging', 500, 1_499, 200, 15),
  line('P003', 'Laptop Stand', 'workstation', 2_200, 5_999, 50, 3),
  line('P004', 'USB Hub', 'connectivity', 1_200, 2_999, 80, 5),
  line('P005', 'BT Speaker', 'audio', 2_500, 6_999, 60, 4),
  line('P006', 'Webcam', 'camera', 1_800, 4_999, 70, 6),
  line('P007', 'Mouse Pad', 'accessories', 400, 1_299, 150, 10),
  line('P008', 'HDMI Cable', 'connectivity', 300, 999, 300, 20),
];

function line(
  sku: string,
  name: string,
  category: Category,
  costCents: number,
  priceCents: number,
  stock: number,
  baseDemand: number,
): ProductLine {
  return { sku, name, category, costCents, priceCents, stock, baseDemand };
}

/** How often a category comes back, how much of it can be sold again, and what the rest is worth. */
export interface ReturnHabit {
  /** Probability of one order of one unit at a rating of 4.4 or better. */
  base: number;
  restockable: number;
  /** Share of a restockable return's units that go back to the shelf. */
  recovery: readonly [low: number, high: number];
  /** Share of the cost that a damaged unit still brings. */
  salvage: number;
}

export const RETURN_HABITS: Readonly<Record<Category, ReturnHabit>> = {
  audio: { base: 0.046, restockable: 0.58, recovery: [0.42, 0.86], salvage: 0.24 },
  charging: { base: 0.024, restockable: 0.76, recovery: [0.65, 0.97], salvage: 0.15 },
  connectivity: { base: 0.026, restockable: 0.79, recovery: [0.68, 0.98], salvage: 0.14 },
  workstation: { base: 0.038, restockable: 0.66, recovery: [0.5, 0.9], salvage: 0.19 },
  camera: { base: 0.042, restockable: 0.6, recovery: [0.46, 0.87], salvage: 0.22 },
  accessories: { base: 0.02, restockable: 0.82, recovery: [0.72, 0.99], salvage: 0.12 },
};

export const LANES = ['domestic', 'nearshore', 'overseas_air', 'overseas_ocean'] as const;
export type Lane = (typeof LANES)[number];

/** Where goods come from: how long they take, how likely all of them arrive, how likely a day on the way is lost. */
export const LANE_FACTS: Readonly<
  Record<Lane, { leadDays: readonly [number, number]; reliability: readonly [number, number]; delayRisk: number }>
> = {
  domestic: { leadDays: [2, 5], reliability: [0.9, 0.99], delayRisk: 0.018 },
  nearshore: { leadDays: [4, 8], reliability: [0.86, 0.97], delayRisk: 0.038 },
  overseas_air: { leadDays: [5, 10], reliability: [0.82, 0.95], delayRisk: 0.062 },
  overseas_ocean: { leadDays: [9, 18], reliability: [0.78, 0.93], delayRisk: 0.095 },
};

export const MINIMUM_ORDERS = [20, 25, 30, 40] as const;
