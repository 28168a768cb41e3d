import type { Json } from '../../kernel/canonical-json';
import type { FastForwardRule } from '../fast-forward';
import { type AgentDefinition, agentBudgetOf, type BudgetDefinition } from './agent-definition';
import type { SimulationFacts } from './simulation-facts';
import type { FailurePolicy, SimulatedAgent, SimulationPlan } from './simulation-plan';

/**
 * What may change while a run lasts, for it is outside the world's state: the same decisions come to the same hash. What
 * is left out stays; a rule, policy or budget that is given takes the place of the one before.
 */
export interface SimulationTerms {
  rules?: FastForwardRule[];
  failures?: FailurePolicy;
  /** By agent. */
  budgets?: Record<string, BudgetDefinition>;
}

/** As the run's event says it: the terms hold from the tick after this one on. */
export interface AgreedTerms extends SimulationTerms {
  /** How many ticks were done. */
  tick: number;
}

/** In the run's events. */
export const TERMS_CHANGED = 'terms-changed';

/** Why these terms fit no run of this plan; undefined: they fit. */
export function termsProblem(
  { world, agents }: Pick<SimulationPlan, 'world' | 'agents'>,
  conditions: readonly string[],
  { rules = [], budgets = {} }: SimulationTerms,
): string | undefined {
  const named = rules.flatMap(({ when, do: action }) => [when, ...('untilWake' in action ? action.untilWake : [])]);
  const unknown = named.find((condition) => !conditions.includes(condition));
  if (unknown !== undefined) return `World ${world} has no condition "${unknown}".`;
  const other = Object.keys(budgets).find((id) => !agents.some((agent) => agent.id === id && agent.kind === 'llm'));
  return other === undefined ? undefined : `The run has no agent "${other}" with a model, which a budget could limit.`;
}

/** The plan of a run that goes on by other terms. */
export function planOn(plan: SimulationPlan, { rules, failures, budgets = {} }: SimulationTerms): SimulationPlan {
  const agents = plan.agents.map((agent) => limited(agent, budgetFor(agent, budgets)));
  return { ...plan, agents, rules: rules ?? plan.rules, failures: failures ?? plan.failures };
}

function budgetFor({ id }: { id: string }, budgets: Record<string, BudgetDefinition>): BudgetDefinition | undefined {
  return Object.hasOwn(budgets, id) ? budgets[id] : undefined;
}

function limited(agent: SimulatedAgent, budget: BudgetDefinition | undefined): SimulatedAgent {
  return agent.kind === 'llm' && budget !== undefined ? { ...agent, budget: agentBudgetOf(budget) } : agent;
}

/** The definition of the book, as it stood after a tick: with all terms that were agreed on until then, oldest first. */
export function factsAfter<F extends Pick<SimulationFacts, 'agents' | 'rules' | 'failures'>>(
  facts: F,
  agreed: readonly AgreedTerms[],
  tick = Number.MAX_SAFE_INTEGER,
): F {
  return agreed.filter((terms) => terms.tick <= tick).reduce(factsOn, facts);
}

function factsOn<F extends Pick<SimulationFacts, 'agents' | 'rules' | 'failures'>>(
  facts: F,
  { rules, failures, budgets = {} }: SimulationTerms,
): F {
  const agents = (facts.agents as unknown as AgentDefinition[]).map((agent) => {
    const budget = budgetFor(agent, budgets);
    return budget === undefined ? agent : { ...agent, budget };
  });
  return {
    ...facts,
    agents: agents as unknown as Json[],
    rules: (rules as unknown as Json[] | undefined) ?? facts.rules,
    failures: (failures as unknown as Json | undefined) ?? facts.failures,
  };
}
