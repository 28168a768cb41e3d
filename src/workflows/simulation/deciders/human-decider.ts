import { condition } from '@temporalio/workflow';
import type { AgentOf, AskedAt } from '../../../domain/deciders/asked-at';
import { fallbackOf, standingOf } from '../../../domain/deciders/no-answer';
import type { Json } from '../../../domain/kernel/canonical-json';
import type { ExternalRequests } from '../../../domain/simulation/run/external-requests';
import type { Answer, Ask } from '../../../domain/simulation/world';
import type { WorldEntry } from '../../../domain/worlds';
import { TickGivenUp } from '../tick-given-up';
import type { Decider } from './decider';

/** Waits for an update of the workflow. Until the request's due tick standing orders go on, then the world decides. */
export class HumanDecider implements Decider<'human'> {
  constructor(
    private readonly entry: WorldEntry,
    private readonly requests: ExternalRequests,
    /** What the last tick that is done has ordered. */
    private readonly lastOf: (agentId: string) => Json | undefined,
    /** Nobody waits for a person any more. */
    private readonly isStopping: () => boolean,
  ) {}

  async answer(agent: AgentOf<'human'>, ask: Ask<Json>, { tick }: AskedAt): Promise<Answer<Json>> {
    const { dueTick } = this.requests.ask(agent.id, tick, agent.dueAfterTicks, ask.view);
    await this.wait(agent);
    const raw = this.requests.take(agent.id);
    if (raw === undefined && this.isStopping()) throw new TickGivenUp();
    if (raw !== undefined) {
      const { decision, feedback } = this.entry.world.parseDecision(raw, ask.view);
      return { agentId: agent.id, decision, source: 'agent', feedback };
    }
    if (tick < dueTick) return standingOf(this.entry, ask, this.lastOf(agent.id));
    this.requests.close(agent.id);
    return fallbackOf(this.entry, ask, `Nobody answered by tick ${dueTick}.`);
  }

  private async wait({ id, waitSeconds }: AgentOf<'human'>): Promise<void> {
    const answered = () => this.requests.isAnswered(id) || this.isStopping();
    if (waitSeconds === null) await condition(answered);
    else await condition(answered, waitSeconds * 1000);
  }
}
