import { byName, type SkillAction } from './skill';

/** Whose proposal counts when not all can. */
export const STRATEGIES = ['priority_based', 'resource_optimal', 'consensus', 'round_robin'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** The proposals in the order in which they are taken; in a consensus like ones have become one. */
export function ordered(strategy: Strategy, actions: readonly SkillAction[]): SkillAction[] {
  return ORDER[strategy]([...actions].sort(byName));
}

const ORDER: Readonly<Record<Strategy, (actions: readonly SkillAction[]) => SkillAction[]>> = {
  priority_based: (actions) => best(actions, ({ priority, confidence }) => priority * confidence),
  resource_optimal: (actions) =>
    best(
      actions,
      ({ expected, confidence, budgetCents, tokens }) => (expected * confidence) / (budgetCents + tokens + 1),
    ),
  consensus: (actions) =>
    best([...grouped(actions, likeness).values()].map(agreed), ({ priority, confidence }) => priority * confidence),
  round_robin: (actions) => interleaved([...grouped(actions, ({ skill }) => skill).values()]),
};

/** Sorting is stable: equals stay in the order of their names. */
function best(actions: readonly SkillAction[], worth: (action: SkillAction) => number): SkillAction[] {
  return [...actions].sort((a, b) => worth(b) - worth(a));
}

function likeness({ type, subject }: SkillAction): string {
  return JSON.stringify([type, subject ?? null]);
}

function grouped(
  actions: readonly SkillAction[],
  by: (action: SkillAction) => string,
): ReadonlyMap<string, SkillAction[]> {
  const groups = new Map<string, SkillAction[]>();
  for (const action of actions) groups.set(by(action), [...(groups.get(by(action)) ?? []), action]);
  return groups;
}

/**
 * Several skills want the same for the same: the surest one's action with the average of all numbers, weighted by confidence.
 * A skill that does not name a number has no say in it.
 */
function agreed(group: readonly SkillAction[]): SkillAction {
  const [only, ...more] = group as [SkillAction, ...SkillAction[]];
  if (more.length === 0) return only;
  const surest = group.reduce((a, b) => (b.confidence > a.confidence ? b : a));
  const names = Object.keys(surest.parameters);
  return {
    ...surest,
    parameters: Object.fromEntries(names.map((name) => [name, average(group, ({ parameters }) => parameters[name])])),
    budgetCents: average(group, ({ budgetCents }) => budgetCents),
    confidence: group.reduce((sum, { confidence }) => sum + confidence, 0) / group.length,
    priority: Math.max(...group.map(({ priority }) => priority)),
    reasoning: `${group.map(({ skill }) => skill).join(' and ')} agree: ${surest.reasoning}`,
  };
}

/** Whole, as cents and units are. */
function average(group: readonly SkillAction[], of: (action: SkillAction) => number | undefined): number {
  const said = group.flatMap((action) => {
    const value = of(action);
    return value === undefined ? [] : [{ value, weight: action.confidence }];
  });
  const weights = said.reduce((sum, { weight }) => sum + weight, 0);
  const total = said.reduce((sum, { value, weight }) => sum + value * (weights === 0 ? 1 : weight), 0);
  return Math.floor(total / (weights === 0 ? said.length : weights) + 0.5);
}

function interleaved(groups: readonly (readonly SkillAction[])[]): SkillAction[] {
  const longest = Math.max(0, ...groups.map(({ length }) => length));
  return Array.from({ length: longest }, (_, round) => groups.flatMap((group) => group.slice(round, round + 1))).flat();
}
