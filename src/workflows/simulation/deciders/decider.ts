import type { AgentOf, AskedAt } from '../../../domain/deciders/asked-at';
import type { Json } from '../../../domain/kernel/canonical-json';
import type { SimulatedAgent } from '../../../domain/simulation/run/simulation-plan';
import type { Answer, Ask } from '../../../domain/simulation/world';

/** Brings the decisions of one kind of agents. What goes wrong with an agent is a fallback, recorded as such. */
export interface Decider<Kind extends SimulatedAgent['kind']> {
  /** @throws ParkRun, TickGivenUp, or the cancellation of the run: what concerns the run, not the agent */
  answer(agent: AgentOf<Kind>, ask: Ask<Json>, at: AskedAt): Answer<Json> | Promise<Answer<Json>>;
}
