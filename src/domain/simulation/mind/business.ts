/** What matters most in a situation. */
export type BusinessPriority = 'survival' | 'stabilization' | 'growth' | 'optimization' | 'innovation';

export type BusinessGoal = 'profitability' | 'financial_stability' | 'customer_satisfaction' | 'operational_efficiency';

/** How a business stands; from 0 (bad) to 1. */
export interface BusinessState {
  health: number;
  cash: 'critical' | 'stable' | 'healthy';
  satisfaction: number;
  efficiency: number;
}

/** Survival below a health of 0.3 or with critical cash, stabilization below 0.5, growth above 0.8, optimization above 0.6. */
export function priorityOf({ health, cash }: Pick<BusinessState, 'health' | 'cash'>): BusinessPriority {
  if (health < 0.3 || cash === 'critical') return 'survival';
  if (health < 0.5) return 'stabilization';
  if (health > 0.8 && cash === 'healthy') return 'growth';
  return health > 0.6 ? 'optimization' : 'innovation';
}

/** What is weak is in focus; where nothing is, profit. */
export function focusOf({ health, satisfaction, efficiency }: BusinessState): BusinessGoal[] {
  const weak: BusinessGoal[] = [
    ...(health < 0.6 ? (['financial_stability'] as const) : []),
    ...(satisfaction < 0.7 ? (['customer_satisfaction'] as const) : []),
    ...(efficiency < 0.6 ? (['operational_efficiency'] as const) : []),
  ];
  return weak.length === 0 ? ['profitability'] : weak;
}
