import type { Json } from '../kernel/canonical-json';
import type { Answer, Ask } from '../simulation/world';
import type { WorldEntry } from '../worlds';

/** An agent that gave none: the world decides for it, and the agent reads why at the next tick. */
export function fallbackOf({ world }: WorldEntry, { agentId, view }: Ask<Json>, ...feedback: string[]): Answer<Json> {
  return { agentId, decision: world.fallback(view), source: 'fallback', feedback };
}

/** An agent that is late but not yet too late: what it ordered last goes on. */
export function standingOf({ world }: WorldEntry, { agentId, view }: Ask<Json>, last: Json | undefined): Answer<Json> {
  const decision = last === undefined ? world.fallback(view) : world.standing(view, last);
  return { agentId, decision, source: 'standing', feedback: [] };
}
