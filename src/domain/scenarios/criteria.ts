/** What a criterion is about. `share`: 0 to 1; `stars`: 1 to 5; `usd` and `count`: any amount; `yes`: true or false. */
export interface Metric {
  kind: 'usd' | 'share' | 'stars' | 'count' | 'yes';
  about: string;
}

/** By the name that criteria begin with. */
export const METRICS = {
  profit: { kind: 'usd', about: 'growth of cash without loans' },
  revenue: { kind: 'usd', about: 'what customers paid' },
  equity: { kind: 'usd', about: 'cash and stock at cost less debts, on the last day' },
  roi: { kind: 'share', about: 'growth of equity against the opening' },
  survival: { kind: 'yes', about: 'equity above 0 every day, and never a week without cash' },
  csat: { kind: 'stars', about: 'mean rating over products and days' },
  on_time: { kind: 'share', about: 'orders shipped of those that would have been, had stock been there' },
  market_share: { kind: 'share', about: "revenue of all sellers' revenue" },
  orders: { kind: 'count', about: 'orders shipped' },
  stockouts: { kind: 'count', about: 'orders that found an empty shelf' },
  refund_rate: { kind: 'share', about: 'refunds of revenue' },
  ad_spend: { kind: 'usd', about: 'paid for advertising' },
  drawdown: { kind: 'share', about: 'deepest fall of equity from its highest before' },
} as const satisfies Readonly<Record<string, Metric>>;
export type MetricName = keyof typeof METRICS;

export interface Criterion {
  name: string;
  metric: MetricName;
  /** A value passes at or above its target, or at or below it. */
  direction: 'at-least' | 'at-most';
  target: number | boolean;
}

const ENDINGS = ['_min', '_target', '_max'] as const;

/**
 * `profit_min`, `profit` and `profit_target` ask for at least that much, `stockouts_max` for at most; `marketShareMin` is
 * `market_share_min`. Undefined: no metric has that name.
 */
export function readCriterion(name: string, target: number | boolean): Criterion | undefined {
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const ending = ENDINGS.find((one) => snake.endsWith(one));
  const metric = ending === undefined ? snake : snake.slice(0, -ending.length);
  if (!isMetric(metric)) return undefined;
  return { name, metric, direction: ending === '_max' ? 'at-most' : 'at-least', target };
}

/** What is wrong with a criterion's value; undefined: nothing. */
export function targetProblem({ metric, target, direction }: Criterion): string | undefined {
  const { kind } = METRICS[metric];
  if (kind === 'yes') {
    if (direction === 'at-most') return 'A criterion that holds or not has no maximum.';
    return typeof target === 'boolean' ? undefined : `Expected true or false, got ${target}.`;
  }
  if (typeof target === 'boolean') return `Expected a number, got ${target}.`;
  const [low, high] = BOUNDS[kind];
  return target >= low && target <= high ? undefined : `Expected a number from ${low} to ${high}, got ${target}.`;
}

const AMOUNT_MAX = 1_000_000_000;
const BOUNDS = {
  usd: [-AMOUNT_MAX, AMOUNT_MAX],
  count: [0, AMOUNT_MAX],
  share: [-1, 1_000],
  stars: [1, 5],
} as const;

function isMetric(name: string): name is MetricName {
  return Object.hasOwn(METRICS, name);
}
