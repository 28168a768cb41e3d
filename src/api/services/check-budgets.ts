import type { StartedAgents } from '../../contracts/api.schema';
import type { Problem } from '../../domain/kernel/errors';
import { DECIDE_TOOL, REVIEW_TOOL } from '../../domain/simulation/budget/agent-budgets';
import type { WorldEntry } from '../../domain/worlds';
import { invalidRequest } from '../http/validate';

type Agent = StartedAgents[number];
type Budget = NonNullable<Extract<Agent, { kind: 'llm' }>['budget']>;

/** @throws LonghaulError InvalidRequest */
export function checkBudgets(entry: WorldEntry, agents: readonly Agent[]): void {
  const problems = agents.flatMap((agent, index): Problem[] =>
    agent.kind === 'llm' && agent.budget ? budgetProblems(entry, agent.budget, `agents[${index}].budget`) : [],
  );
  if (problems.length > 0) throw invalidRequest('Simulation', problems);
}

/** A limit of a tool that nobody uses would limit nothing. */
export function budgetProblems({ tools, world }: WorldEntry, budget: Budget, path: string): Problem[] {
  const known = [DECIDE_TOOL, REVIEW_TOOL, ...tools].sort();
  return Object.keys(budget.tools)
    .filter((tool) => !known.includes(tool))
    .map((tool) => ({
      path: `${path}.tools.${tool}`,
      message: `World ${world.name} has no tool "${tool}" that could be counted. It has: ${known.join(', ')}.`,
    }));
}
