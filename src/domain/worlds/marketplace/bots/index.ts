import type { MarketDecision } from '../agent/decision';
import type { MarketView } from '../agent/view';
import { baselineV1 } from './baseline-v1';
import { greedyScript } from './greedy-script';

/** Sellers without a model, pure: they decide inside the workflow. */
export type MarketBot = (view: MarketView) => MarketDecision;

export const MARKET_BOTS: Readonly<Record<string, MarketBot>> = {
  'greedy-script': greedyScript,
  'baseline-v1': baselineV1,
};
