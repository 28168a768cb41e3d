import type { MarketDecision } from '../agent/decision';
import type { MarketView } from '../agent/view';

/** A seller without a model, pure: it decides inside the workflow. */
export type MarketBot = (view: MarketView) => MarketDecision;
