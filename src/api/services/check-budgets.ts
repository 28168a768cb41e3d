import type { StartSimulation } from '../../contracts/api.schema';
import type { Problem } from '../../domain/kernel/errors';
import { DECIDE_TOOL, REVIEW_TOOL } from '../../domain/simulation/budget/agent-budgets';
import type { WorldEntry } from '../../domain/worlds';
import { invalidRequest } from '../http/validate';

/** A limit of a tool that nobody uses would limit nothing. @throws LonghaulError InvalidRequest */
export function checkBudgets(
  { tools, world }: WorldEntry,
  agents: readonly NonNullable<StartSimulation['agents']>[number][],
): void {
  const known = [DECIDE_TOOL, REVIEW_TOOL, ...tools].sort();
  const problems = agents.flatMap((agent, index): Problem[] =>
    Object.keys((agent.kind === 'llm' && agent.budget?.tools) || {})
      .filter((tool) => !known.includes(tool))
      .map((tool) => ({
        path: `agents[${index}].budget.tools.${tool}`,
        message: `World ${world.name} has no tool "${tool}" that could be counted. It has: ${known.join(', ')}.`,
      })),
  );
  if (problems.length > 0) throw invalidRequest('Simulation', problems);
}
