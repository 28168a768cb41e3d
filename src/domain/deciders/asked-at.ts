import type { Hint } from '../simulation/run/simulation-control';
import type { SimulatedAgent } from '../simulation/run/simulation-plan';

/** Where in a run somebody is asked, and what people wanted to be said to them. */
export interface AskedAt {
  tick: number;
  round: number;
  hints: readonly Hint[];
}

export type AgentOf<Kind extends SimulatedAgent['kind']> = Extract<SimulatedAgent, { kind: Kind }>;

/** What people wanted to be said to this one, or to everybody. */
export function hintsFor(id: string, { hints }: AskedAt): string[] {
  return hints.filter(({ agentId }) => agentId === undefined || agentId === id).map(({ text }) => text);
}
