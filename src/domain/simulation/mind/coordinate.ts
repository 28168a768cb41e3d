import { engage } from './engage';
import type { Skill, SkillAction } from './skill';
import { ordered, type Strategy } from './strategies';

export interface CoordinatorSettings {
  strategy: Strategy;
  /** Skills that may work in one tick. */
  slots: number;
  /** What the actions of one tick may cost together. */
  budgetCents: number;
  tokens: number;
  /** Pairs of actions that contradict each other. */
  exclusive: readonly (readonly [type: string, type: string])[];
}

export const DEFAULT_COORDINATOR: CoordinatorSettings = {
  ...{ strategy: 'priority_based', slots: 3, budgetCents: 1_000_000, tokens: 100_000, exclusive: [] },
};

/** What a coordinator carries from tick to tick. JSON. */
export interface CoordinatorState {
  load: Readonly<Record<string, number>>;
  /** Proposals, and those that lost against another one, by skill. */
  proposed: Readonly<Record<string, number>>;
  conflicts: Readonly<Record<string, number>>;
}

export const NO_SKILLS_YET: CoordinatorState = { load: {}, proposed: {}, conflicts: {} };

/** A proposal that was not taken. */
export interface LostAction {
  action: SkillAction;
  /** What it would have contradicted; left out: the budget was used up. */
  against?: SkillAction;
}

export interface Coordinated {
  actions: SkillAction[];
  lost: LostAction[];
  state: CoordinatorState;
}

/** Asks the skills that the situation calls for most, and takes what fits together and into the budget. */
export function coordinate<V>(
  skills: readonly Skill<V>[],
  view: V,
  state: CoordinatorState,
  settings: CoordinatorSettings,
): Coordinated {
  const { engaged, load } = engage(skills, view, state.load, settings.slots);
  const proposals = engaged.flatMap((skill) => skill.propose(view));
  const { actions, lost } = take(ordered(settings.strategy, proposals), settings);
  const beaten = lost.filter(({ against }) => against !== undefined).map(({ action }) => action);
  return {
    ...{ actions, lost },
    state: { load, proposed: counted(state.proposed, proposals), conflicts: counted(state.conflicts, beaten) },
  };
}

/** The share of a skill's proposals that lost against another skill's. */
export function conflictRate({ proposed, conflicts }: CoordinatorState, skill: string): number {
  const count = (of: Readonly<Record<string, number>>) => (Object.hasOwn(of, skill) ? of[skill]! : 0);
  return count(conflicts) / Math.max(1, count(proposed));
}

function take(
  proposals: readonly SkillAction[],
  { budgetCents, tokens, exclusive }: CoordinatorSettings,
): Pick<Coordinated, 'actions' | 'lost'> {
  const actions: SkillAction[] = [];
  const lost: LostAction[] = [];
  let left = { budgetCents, tokens };
  for (const action of proposals) {
    const against = actions.find((taken) => contradict(action, taken, exclusive));
    if (against !== undefined) lost.push({ action, against });
    else if (action.budgetCents > left.budgetCents || action.tokens > left.tokens) lost.push({ action });
    else {
      actions.push(action);
      left = { budgetCents: left.budgetCents - action.budgetCents, tokens: left.tokens - action.tokens };
    }
  }
  return { actions, lost };
}

/** The same for the same, or a pair that excludes each other; what concerns everything concerns each. */
function contradict(a: SkillAction, b: SkillAction, exclusive: CoordinatorSettings['exclusive']): boolean {
  if (a.type === b.type) return a.subject === b.subject;
  const meet = a.subject === undefined || b.subject === undefined || a.subject === b.subject;
  return meet && exclusive.some((pair) => pair.includes(a.type) && pair.includes(b.type));
}

function counted(before: Readonly<Record<string, number>>, actions: readonly SkillAction[]): Record<string, number> {
  const counts = { ...before };
  for (const { skill } of actions) counts[skill] = (counts[skill] ?? 0) + 1;
  return counts;
}
