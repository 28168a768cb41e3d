import type { Json } from '../kernel/canonical-json';
import type { Minds } from '../simulation/run/minds';

/** What agents know after the last tick that is done, and apart from it what they think in the tick under way. */
export class Thoughts {
  minds: Minds = {};
  private thought: Record<string, Json> = {};

  of(agentId: string): Json | undefined {
    return this.thought[agentId] ?? this.minds[agentId];
  }

  think(agentId: string, mind: Json): void {
    this.thought[agentId] = mind;
  }

  /** A tick that could not be played begins again with what was known before it. */
  beginTick(): void {
    this.thought = {};
  }

  /** The tick is done: what was thought in it is known from now on. */
  keep(): void {
    this.minds = { ...this.minds, ...this.thought };
    this.thought = {};
  }
}
