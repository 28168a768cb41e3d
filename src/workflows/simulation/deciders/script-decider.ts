import type { Json } from '../../../domain/kernel/canonical-json';
import { botDecides } from '../../../domain/simulation/run/minds';
import type { Answer, Ask } from '../../../domain/simulation/world';
import type { WorldEntry } from '../../../domain/worlds';
import type { AgentOf, Decider } from './decider';
import type { Thoughts } from './thoughts';

/** Bots are pure code of the world and run inside the workflow: no activity, no event. */
export class ScriptDecider implements Decider<'script'> {
  constructor(
    private readonly entry: WorldEntry,
    private readonly thoughts: Thoughts,
  ) {}

  async answer(agent: AgentOf<'script'>, ask: Ask<Json>): Promise<Answer<Json>> {
    const { decision, memory } = botDecides(this.entry, agent, ask.view, this.thoughts.of(agent.id));
    this.thoughts.think(agent.id, memory);
    return { agentId: agent.id, decision, source: 'agent', feedback: [] };
  }
}
