import { openMemory } from '../../../simulation/memory/agent-memory';
import { advancePlan } from '../../../simulation/mind/advance-plan';
import { arbitrate, NOTHING_PENDING, type ControllerState } from '../../../simulation/mind/control-domains';
import { coordinate, NO_SKILLS_YET, type CoordinatorState } from '../../../simulation/mind/coordinate';
import { decided, noticed, recollect, type Recollection } from '../../../simulation/mind/observer';
import { NO_PLAN, readyActions, withDone, type Plan } from '../../../simulation/mind/plan';
import type { Skill } from '../../../simulation/mind/skill';
import { MARKET_OBSERVER, type MarketIntent } from '../agent/observer';
import { secondThoughts } from '../agent/second-thoughts';
import type { MarketView } from '../agent/view';
import { MARKET_SKILLS } from '../skills';
import { businessOf, MARKET_CHARTER } from '../skills/charter';
import { toDecision } from '../skills/merge';
import { marketPlaybook, situationOf } from '../skills/playbook';
import type { MarketMind } from './mind';
import { coordinatorOn } from './skilled-v1';

interface CeoMemory {
  recollection: Recollection<MarketIntent>;
  coordinator: CoordinatorState;
  controller: ControllerState;
  plan: Plan;
}

const FIRST_DAY: CeoMemory = {
  recollection: { memory: openMemory() },
  ...{ coordinator: NO_SKILLS_YET, controller: NOTHING_PENDING, plan: NO_PLAN },
};
/** What the plan waits for is worth so much more. */
const PLANNED = 1.25;

/**
 * The whole head office: it remembers and reviews, plans, lets the skills propose, decides between the domains, and thinks
 * twice before it acts.
 */
export const ceoV1: MarketMind = (view, memory) => {
  const before = (memory ?? FIRST_DAY) as CeoMemory;
  const seen = noticed(MARKET_OBSERVER, before.recollection, view);
  const { recollection, facts } = recollect(MARKET_OBSERVER, seen, view);
  const { plan } = advancePlan(before.plan, situationOf(view), marketPlaybook(view));
  const wanted = new Set(readyActions(plan, view.day).map(({ type }) => type));
  const limits = coordinatorOn(view);
  const coordinated = coordinate(MARKET_SKILLS.map(plannedBy(wanted)), view, before.coordinator, limits);
  const ruled = arbitrate(coordinated.actions, businessOf(view), MARKET_CHARTER, limits.budgetCents, before.controller);
  const headline = `${ruled.priority}: ${ruled.approved.length} approved, ${ruled.pending.length} pending, ${ruled.rejected.length} rejected`;
  const { decision } = secondThoughts(view, toDecision(ruled.approved, headline), facts, 'blocking');
  const after: CeoMemory = {
    recollection: decided(MARKET_OBSERVER, recollection, view, decision),
    ...{ coordinator: coordinated.state, controller: ruled.state },
    plan: withDone(plan, view.day, new Set(ruled.approved.map(({ type }) => type))),
  };
  return { decision, memory: after };
};

/** A skill that knows what the plan waits for. */
function plannedBy(wanted: ReadonlySet<string>): (skill: Skill<MarketView>) => Skill<MarketView> {
  return (skill) => ({
    ...skill,
    propose: (view) =>
      skill.propose(view).map((action) => ({
        ...action,
        priority: wanted.has(action.type) ? Math.min(1, action.priority * PLANNED) : action.priority,
      })),
  });
}
