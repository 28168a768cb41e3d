import type { AdversarialResponse } from '../adversarial/resistance-score';

/** What one tick contributes to the metrics, whatever the world. Money in integer cents. */
export interface MetricTick {
  tick: number;
  /** What the agent is worth, and what of it is cash. */
  netWorthCents: number;
  cashCents: number;
  inventoryCents: number;
  /** Of what was sold in this tick. */
  costOfGoodsCents: number;
  revenueCents: number;
  orders: number;
  stockouts: number;
  adSpendCents: number;
  /** What earlier advertising brought in this tick: it acts on the tick after it was paid. */
  adRevenueCents: number;
  /** Customers' rating, 1 to 5. */
  feedback: number;
  /** Promises broken. */
  violations: number;
  attention: Attention;
  /** Shocks that began in this tick. */
  shocks: number;
  /** How exploits ended in this tick. */
  responses: readonly AdversarialResponse[];
  usage: ModelUsage;
}

/** What needed a decision and got one, and how steadily it was decided. */
export interface Attention {
  needs: number;
  met: number;
  moves: number;
  /** Moves against the one just before. */
  reversals: number;
  /** Areas taken up that were not under work the tick before. */
  switches: number;
  decisions: number;
}

export const CALM: Attention = { needs: 0, met: 0, moves: 0, reversals: 0, switches: 0, decisions: 0 };

export function addedAttention(one: Attention, other: Attention): Attention {
  return {
    needs: one.needs + other.needs,
    met: one.met + other.met,
    moves: one.moves + other.moves,
    reversals: one.reversals + other.reversals,
    switches: one.switches + other.switches,
    decisions: one.decisions + other.decisions,
  };
}

export interface ModelUsage {
  tokens: number;
  /** null: not known, so that it is estimated from the tokens. */
  costMicroUsd: number | null;
  /** Of single operations. */
  operationsMicroUsd: readonly number[];
}

/** The figures of one domain; `overallScore`, from 0 to 100, is what counts. */
export interface DomainScore {
  overallScore: number;
  [figure: string]: number;
}

export interface MetricTargets {
  /** Revenue per dollar of advertising that earns full marks. */
  returnOnAdSpend: number;
  /** A year. */
  riskFreeRate: number;
  ticksPerYear: number;
}

/** Hears the ticks of one run in their order, from its first on; what it keeps does not grow with them. */
export interface Metric {
  add(tick: MetricTick): void;
  /** Of at least one tick. */
  score(): DomainScore;
}
