import {
  coordinate,
  DEFAULT_COORDINATOR,
  NO_SKILLS_YET,
  type CoordinatorState,
} from '../../../simulation/mind/coordinate';
import type { MarketView } from '../agent/view';
import { EXCLUSIVE } from '../skills/action';
import { MARKET_SKILLS } from '../skills';
import { toDecision } from '../skills/merge';
import type { MarketMind } from './mind';

/** Of the cash, so that something is left for what a day brings. */
const SPENT_SHARE = 0.8;

/** Five skills and their coordinator: each day the three most needed ones act, as far as they agree and the cash goes. */
export const skilledV1: MarketMind = (view, memory) => {
  const before = (memory ?? NO_SKILLS_YET) as CoordinatorState;
  const { actions, lost, state } = coordinate(MARKET_SKILLS, view, before, coordinatorOn(view));
  const headline = `${actions.length} of ${actions.length + lost.length} proposals taken`;
  return { decision: toDecision(actions, headline), memory: state };
};

/** What the skills of one day may spend. */
export function coordinatorOn({ cashCents }: MarketView): typeof DEFAULT_COORDINATOR {
  const budgetCents = Math.min(DEFAULT_COORDINATOR.budgetCents, Math.floor(cashCents * SPENT_SHARE));
  return { ...DEFAULT_COORDINATOR, budgetCents, exclusive: EXCLUSIVE };
}
