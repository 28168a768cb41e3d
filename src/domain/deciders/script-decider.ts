import type { Json } from '../kernel/canonical-json';
import { botDecides } from '../simulation/run/minds';
import type { Answer, Ask } from '../simulation/world';
import type { WorldEntry } from '../worlds';
import type { AgentOf } from './asked-at';
import type { Thoughts } from './thoughts';

/** Bots are pure code of the world and decide at once: no activity, no event. */
export class ScriptDecider {
  constructor(
    private readonly entry: WorldEntry,
    private readonly thoughts: Thoughts,
  ) {}

  answer(agent: AgentOf<'script'>, ask: Ask<Json>): Answer<Json> {
    const { decision, memory } = botDecides(this.entry, agent, ask.view, this.thoughts.of(agent.id));
    this.thoughts.think(agent.id, memory);
    return { agentId: agent.id, decision, source: 'agent', feedback: [] };
  }
}
