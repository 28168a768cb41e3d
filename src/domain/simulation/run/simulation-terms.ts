import type { Json } from '../../kernel/canonical-json';
import type { FastForwardRule } from '../fast-forward';
import { type AgentDefinition, agentBudgetOf, type BudgetDefinition } from './agent-definition';
import type { SimulationFacts } from './simulation-facts';
import type { FailurePolicy, SimulatedAgent, SimulationPlan } from './simulation-plan';

/**
 * What may change while a run lasts. What is left out stays; a rule, policy or budget that is given takes the place of the
 * one before. All but the version is outside the world's state: the same decisions come to the same hash.
 */
export interface SimulationTerms {
  rules?: FastForwardRule[];
  failures?: FailurePolicy;
  /** By agent. */
  budgets?: Record<string, BudgetDefinition>;
  /** A later version of the world, which takes over where the run stands. */
  worldVersion?: number;
}

/** As the run's event says it: the terms hold from the tick after this one on. */
export interface AgreedTerms extends SimulationTerms {
  /** How many ticks were done. */
  tick: number;
}

/** In the run's events. */
export const TERMS_CHANGED = 'terms-changed';

/** In the run's events: terms whose version could not take over where the run stood. It goes on as it did. */
export const TERMS_REFUSED = 'terms-refused';

/** What a version of a world knows by name. */
export interface KnownNames {
  conditions: readonly string[];
  bots: readonly string[];
}

/** Why these terms fit no run of this plan; undefined: they fit. @param known to the version in which it goes on */
export function termsProblem(
  plan: Pick<SimulationPlan, 'world' | 'worldVersion' | 'agents' | 'rules' | 'failures'>,
  known: KnownNames,
  terms: SimulationTerms,
): string | undefined {
  const { world, worldVersion, agents, rules } = { ...plan, ...terms };
  const where = worldVersion === plan.worldVersion ? `World ${world}` : `Version ${worldVersion} of world ${world}`;
  const named = rules.flatMap(({ when, do: action }) => [when, ...('untilWake' in action ? action.untilWake : [])]);
  const condition = named.find((one) => !known.conditions.includes(one));
  if (condition !== undefined) return `${where} has no condition "${condition}".`;
  const bot = agents
    .flatMap((agent) => (agent.kind === 'script' ? [agent.bot] : []))
    .find((one) => !known.bots.includes(one));
  if (bot !== undefined) return `${where} has no bot "${bot}".`;
  const { budgets = {} } = terms;
  const other = Object.keys(budgets).find((id) => !agents.some((agent) => agent.id === id && agent.kind === 'llm'));
  return other === undefined ? undefined : `The run has no agent "${other}" with a model, which a budget could limit.`;
}

/** The plan of a run that goes on by other terms. */
export function planOn(plan: SimulationPlan, { budgets = {}, ...terms }: SimulationTerms): SimulationPlan {
  const { rules, failures, worldVersion } = { ...plan, ...terms };
  const agents = plan.agents.map((agent) => limited(agent, budgetFor(agent, budgets)));
  return { ...plan, agents, rules, failures, worldVersion };
}

function budgetFor({ id }: { id: string }, budgets: Record<string, BudgetDefinition>): BudgetDefinition | undefined {
  return Object.hasOwn(budgets, id) ? budgets[id] : undefined;
}

function limited(agent: SimulatedAgent, budget: BudgetDefinition | undefined): SimulatedAgent {
  return agent.kind === 'llm' && budget !== undefined ? { ...agent, budget: agentBudgetOf(budget) } : agent;
}

type Changeable = Pick<SimulationFacts, 'agents' | 'rules' | 'failures' | 'worldVersion'>;

/** The definition of the book, as it stood after a tick: with all terms that were agreed on until then, oldest first. */
export function factsAfter<F extends Changeable>(
  facts: F,
  agreed: readonly AgreedTerms[],
  tick = Number.MAX_SAFE_INTEGER,
): F {
  return agreed.filter((terms) => terms.tick <= tick).reduce(factsOn, facts);
}

function factsOn<F extends Changeable>(
  facts: F,
  { rules, failures, budgets = {}, worldVersion = facts.worldVersion }: SimulationTerms,
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
    worldVersion,
  };
}
