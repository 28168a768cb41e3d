import type { Price } from '../../llm/pricing';

/** Means of earlier runs of an agent that completed, per run. */
export interface EarlierRuns {
  runs: number;
  /** At least 1. */
  calls: number;
  inputTokens: number;
  outputTokens: number;
}

/** What has to be looked up before an agent with a model can be forecast. */
export interface AgentFacts {
  price: Price;
  /** The opening request, counted as a reservation counts it, without what its dependencies bring. */
  textTokens: number;
  /** How often its template names each dependency. */
  mentions: ReadonlyMap<string, number>;
}
