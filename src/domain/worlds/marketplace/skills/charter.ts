import type { BusinessState } from '../../../simulation/mind/business';
import type { Charter } from '../../../simulation/mind/control-domains';
import type { MarketView } from '../agent/view';
import type { MarketAction } from './action';

const serves = (...actions: MarketAction[]) => actions;

/** How a seller's controller weighs its domains. */
export const MARKET_CHARTER: Charter = {
  supports: {
    profitability: serves('set_price', 'restock', 'place_order', 'run_marketing_campaign'),
    financial_stability: serves('set_price', 'restock', 'implement_cost_reduction', 'reduce_campaign_spend'),
    customer_satisfaction: serves('serve_customers', 'restock'),
    operational_efficiency: serves('restock', 'place_order'),
  },
  favours: {
    survival: ['finance'],
    stabilization: ['finance', 'inventory', 'service'],
    growth: ['marketing', 'inventory'],
    optimization: ['finance', 'inventory', 'service'],
    innovation: ['marketing', 'inventory', 'service'],
  },
  growthActions: serves('run_marketing_campaign', 'place_order'),
  savingActions: serves('implement_cost_reduction', 'reduce_campaign_spend'),
  shares: { inventory: 0.35, marketing: 0.25, service: 0.15, finance: 0.1 },
  approvalCents: { inventory: 100_000, marketing: 25_000, service: 10_000, finance: 100_000 },
};

const CRITICAL_CASH_CENTS = 50_000;
const HEALTHY_CASH_CENTS = 500_000;
const HEALTHY_ROI = 0.5;

/**
 * How a seller stands. Health is 0.6 at what he began with, 0 when half of it is lost and 1 at half as much again; satisfaction
 * is the average rating from 1 to 5; efficiency is the share of yesterday's orders that found their goods.
 */
export function businessOf({ roi, cashCents, products, yesterday }: MarketView): BusinessState {
  const rating = products.reduce((sum, product) => sum + product.rating, 0) / Math.max(1, products.length);
  const { stockouts, ordersReceived } = yesterday;
  return {
    health: unit(roi < 0 ? 0.6 + roi * 1.2 : 0.6 + (0.4 * roi) / HEALTHY_ROI),
    cash: cashCents < CRITICAL_CASH_CENTS ? 'critical' : cashCents < HEALTHY_CASH_CENTS ? 'stable' : 'healthy',
    satisfaction: unit((rating - 1) / 4),
    efficiency: ordersReceived === 0 ? 1 : unit(1 - stockouts / ordersReceived),
  };
}

function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
