import type { Skill, SkillAction } from '../../../../../src/domain/simulation/mind/skill';

export function action(change: Partial<SkillAction> = {}): SkillAction {
  return {
    ...{ skill: 'A', domain: 'inventory', type: 'set_price', subject: 'P001', parameters: {}, choices: {} },
    ...{ confidence: 0.5, priority: 0.5, budgetCents: 0, tokens: 0, expected: 0.5, reasoning: 'because' },
    ...change,
  };
}

/** A skill that is as urgent as it is said to be, and proposes what it is given. */
export function skill(name: string, urgency: number, actions: Partial<SkillAction>[] = [{}]): Skill<null> {
  return {
    ...{ name, domain: 'inventory', weight: 1, loadMax: 3, urgency: () => urgency },
    propose: () => actions.map((change) => action({ skill: name, ...change })),
  };
}
