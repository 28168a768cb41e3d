import type { Json } from '../../../domain/kernel/canonical-json';
import type { Hint } from '../../../domain/simulation/run/simulation-control';
import type { SimulatedAgent } from '../../../domain/simulation/run/simulation-plan';
import type { Answer, Ask } from '../../../domain/simulation/world';

/** Where in a run somebody is asked, and what people wanted to be said to them. */
export interface AskedAt {
  tick: number;
  round: number;
  hints: readonly Hint[];
}

export type AgentOf<Kind extends SimulatedAgent['kind']> = Extract<SimulatedAgent, { kind: Kind }>;

/** Brings the decisions of one kind of agents. What goes wrong with an agent is a fallback, recorded as such. */
export interface Decider<Kind extends SimulatedAgent['kind']> {
  /** @throws ParkRun, TickGivenUp, or the cancellation of the run: what concerns the run, not the agent */
  answer(agent: AgentOf<Kind>, ask: Ask<Json>, at: AskedAt): Promise<Answer<Json>>;
}

/** What people wanted to be said to this one, or to everybody. */
export function hintsFor(id: string, { hints }: AskedAt): string[] {
  return hints.filter(({ agentId }) => agentId === undefined || agentId === id).map(({ text }) => text);
}
