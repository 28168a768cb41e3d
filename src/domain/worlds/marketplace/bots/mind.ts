import type { MarketDecision } from '../agent/decision';
import type { MarketView } from '../agent/view';
import type { MarketBot } from './bot';

/**
 * A seller without a model that knows on one day what it knew on the day before. Pure: what it knows comes and goes as JSON,
 * null before its first day.
 */
export type MarketMind = (view: MarketView, memory: unknown) => { decision: MarketDecision; memory: unknown };

/** A bot that knows only what it sees, as one that carries nothing. */
export function mindless(bot: MarketBot): MarketMind {
  return (view) => ({ decision: bot(view), memory: null });
}

/** A mind for whoever cannot carry its memory: every day is its first. */
export function forgetful(mind: MarketMind): MarketBot {
  return (view) => mind(view, null).decision;
}
