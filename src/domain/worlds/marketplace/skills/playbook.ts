import type { Playbook, Situation } from '../../../simulation/mind/advance-plan';
import type { Metrics } from '../../../simulation/mind/plan';
import type { MarketView } from '../agent/view';
import type { MarketAction } from './action';
import { businessOf } from './charter';

const MONTH_DAYS = 30;
const WEEK_DAYS = 7;
/** Views do not say how severe an event is: it is at least there. */
const SEVERITIES: Readonly<Record<string, number>> = { supply_shock: 0.75, demand_crash: 0.75, review_bomb: 0.75 };
const PRICE_WAR = 0.8;

const steps = (...actions: MarketAction[]) => actions;

/** How a seller goes about each kind of objective: what is to grow to what, and by which steps. */
export function marketPlaybook(view: MarketView): Playbook {
  const { equityCents, weekProfitCents, rating } = metricsOf(view) as Record<string, number>;
  return (type) => PLAYS[type]({ equityCents: equityCents!, weekProfitCents: weekProfitCents!, rating: rating! });
}

const PLAYS: Readonly<
  Record<
    Parameters<Playbook>[0],
    (now: Record<'equityCents' | 'weekProfitCents' | 'rating', number>) => ReturnType<Playbook>
  >
> = {
  growth: ({ equityCents }) => ({
    ...{ targets: { equityCents: equityCents * 1.2 }, timeframeTicks: MONTH_DAYS, priority: 'medium' },
    steps: steps('place_order', 'run_marketing_campaign', 'set_price'),
  }),
  optimization: ({ weekProfitCents, rating }) => ({
    targets: { weekProfitCents: Math.max(1, weekProfitCents) * 1.1, rating: Math.min(5, rating + 0.1) },
    ...{ timeframeTicks: MONTH_DAYS, priority: 'medium', steps: steps('set_price', 'serve_customers') },
  }),
  exploratory: ({ equityCents }) => ({
    ...{ targets: { equityCents: equityCents * 1.05 }, timeframeTicks: 2 * WEEK_DAYS, priority: 'low' },
    steps: steps('place_order', 'set_price'),
  }),
  defensive: ({ weekProfitCents, rating }) => ({
    targets: { weekProfitCents: Math.max(1, weekProfitCents), rating: Math.min(5, rating + 0.05) },
    ...{ timeframeTicks: 2 * WEEK_DAYS, priority: 'high', steps: steps('set_price', 'serve_customers') },
  }),
  recovery: ({ equityCents }) => ({
    ...{ targets: { equityCents: equityCents * 1.1 }, timeframeTicks: MONTH_DAYS, priority: 'critical' },
    steps: steps('implement_cost_reduction', 'set_price', 'restock'),
  }),
};

export function situationOf(view: MarketView): Situation {
  const severities = view.events.map(({ type }) => (Object.hasOwn(SEVERITIES, type) ? SEVERITIES[type]! : 0));
  return {
    ...{ tick: view.day, health: businessOf(view).health, metrics: metricsOf(view) },
    eventSeverity: Math.max(0, ...severities),
    competitorSeverity: view.events.some(({ type }) => type === 'price_war') ? PRICE_WAR : 0,
  };
}

function metricsOf({ equityCents, history, products }: MarketView): Metrics {
  return {
    equityCents,
    weekProfitCents: history.slice(-WEEK_DAYS).reduce((sum, { profitCents }) => sum + profitCents, 0),
    rating: products.reduce((sum, { rating }) => sum + rating, 0) / Math.max(1, products.length),
  };
}
