import { focusOf, priorityOf, type BusinessGoal, type BusinessPriority, type BusinessState } from './business';
import type { SkillAction } from './skill';

/** What a world says about its domains and actions, as far as somebody has to decide between them. */
export interface Charter {
  /** Which actions serve a goal. */
  supports: Readonly<Record<BusinessGoal, readonly string[]>>;
  /** Which domains a priority favours. */
  favours: Readonly<Record<BusinessPriority, readonly string[]>>;
  /** Actions that spend on growth, and actions that save: what survival turns on. */
  growthActions: readonly string[];
  savingActions: readonly string[];
  /** Of the budget, by domain; what is left of 1 is the strategic reserve. */
  shares: Readonly<Record<string, number>>;
  /** Above it an action is looked at twice, by domain. */
  approvalCents: Readonly<Record<string, number>>;
}

/** What the controller carries from tick to tick. JSON. */
export interface ControllerState {
  /** What waits for a second look. */
  pending: readonly string[];
}

export const NOTHING_PENDING: ControllerState = { pending: [] };

export interface Arbitration {
  priority: BusinessPriority;
  approved: SkillAction[];
  /** Too dear to be approved at once: approved when it is proposed again the next time. */
  pending: SkillAction[];
  rejected: { action: SkillAction; why: 'not aligned' | 'no money' }[];
  state: ControllerState;
}

const ALIGNED = 0.6;
const ALIGNED_BY_PRIORITY: Readonly<Partial<Record<BusinessPriority, number>>> = { survival: 0.7, growth: 0.55 };
const SURVIVAL_SHIFT = 0.2;

/** Holds what the skills propose against the state of the business and the budgets of the domains, in the order given. */
export function arbitrate(
  actions: readonly SkillAction[],
  business: BusinessState,
  charter: Charter,
  budgetCents: number,
  { pending }: ControllerState,
): Arbitration {
  const priority = priorityOf(business);
  const purses = new Purses(charter, budgetCents);
  const ruled: Omit<Arbitration, 'state'> = { priority, approved: [], pending: [], rejected: [] };
  for (const action of actions) {
    if (alignment(action, business, charter) < (ALIGNED_BY_PRIORITY[priority] ?? ALIGNED))
      ruled.rejected.push({ action, why: 'not aligned' });
    else if (isDear(action, charter) && !pending.includes(keyOf(action))) ruled.pending.push(action);
    else if (purses.pay(action)) ruled.approved.push(action);
    else ruled.rejected.push({ action, why: 'no money' });
  }
  return { ...ruled, state: { pending: ruled.pending.map(keyOf) } };
}

/**
 * 0.5, + 0.2 for each goal in focus that it serves, + 0.3 when its domain is favoured now, + 0.2 × what it is expected to
 * bring; in survival − 0.2 for growth and + 0.2 for savings. At most 1.
 */
export function alignment(action: SkillAction, business: BusinessState, charter: Charter): number {
  const priority = priorityOf(business);
  const served = focusOf(business).filter((goal) => charter.supports[goal].includes(action.type)).length;
  const favoured = charter.favours[priority].includes(action.domain) ? 1 : 0;
  const shift = priority === 'survival' ? survivalShift(action, charter) : 0;
  return Math.min(1, 0.5 + 0.2 * served + 0.3 * favoured + 0.2 * action.expected + shift);
}

function survivalShift({ type }: SkillAction, { growthActions, savingActions }: Charter): number {
  if (growthActions.includes(type)) return -SURVIVAL_SHIFT;
  return savingActions.includes(type) ? SURVIVAL_SHIFT : 0;
}

function isDear({ domain, budgetCents }: SkillAction, { approvalCents }: Charter): boolean {
  return Object.hasOwn(approvalCents, domain) && budgetCents > approvalCents[domain]!;
}

function keyOf({ type, subject }: SkillAction): string {
  return subject === undefined ? type : `${type} ${subject}`;
}

/** A domain pays from its own budget first, then from the reserve. */
class Purses {
  readonly #left: Map<string, number>;
  #reserve: number;

  constructor({ shares }: Charter, budgetCents: number) {
    const purses = Object.entries(shares).map(([domain, share]) => [domain, Math.floor(budgetCents * share)] as const);
    this.#left = new Map(purses);
    this.#reserve = purses.reduce((rest, [, cents]) => rest - cents, budgetCents);
  }

  pay({ domain, budgetCents }: SkillAction): boolean {
    const own = this.#left.get(domain) ?? 0;
    const missing = Math.max(0, budgetCents - own);
    if (missing > this.#reserve) return false;
    this.#left.set(domain, own - (budgetCents - missing));
    this.#reserve -= missing;
    return true;
  }
}
