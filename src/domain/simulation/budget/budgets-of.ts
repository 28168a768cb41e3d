import type { SimulatedAgent } from '../run/simulation-plan';
import type { AgentBudget } from './budget-limits';

/** By agent; whoever has none is missing. */
export function budgetsOf(agents: readonly SimulatedAgent[]): Map<string, AgentBudget> {
  return new Map(agents.flatMap((agent) => (agent.kind === 'llm' && agent.budget ? [[agent.id, agent.budget]] : [])));
}
