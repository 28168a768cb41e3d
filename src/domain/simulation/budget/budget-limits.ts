/** How much may be used in one window. A limit that is left out does not limit. */
export interface UsageLimits {
  calls?: number;
  tokens?: number;
  costMicroUsd?: number;
}

export interface WindowLimits {
  tick?: UsageLimits;
  run?: UsageLimits;
}

/** What an agent of a simulation may use of models and tools. */
export interface BudgetLimits {
  overall: WindowLimits;
  /** By tool. */
  tools: Readonly<Record<string, WindowLimits>>;
  /** The share of a limit at which the agent is warned. */
  warnAt: number;
  /** True: going over a limit is said and allowed. */
  softOverage: boolean;
}

/** The limits of one agent in a run, and what becomes of a run whose agent exceeds one that is hard. */
export interface AgentBudget {
  limits: BudgetLimits;
  /** Its fallback decides; `park` also waits for a person, once for each limit and window. */
  then: 'fallback' | 'park';
}

export const DEFAULT_BUDGET: BudgetLimits = {
  overall: {
    tick: { tokens: 200_000, costMicroUsd: 10_000_000 },
    run: { tokens: 5_000_000, costMicroUsd: 250_000_000 },
  },
  tools: {},
  warnAt: 0.8,
  softOverage: false,
};
