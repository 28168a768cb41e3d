import { ActivityCancellationType, isCancellation, proxyActivities } from '@temporalio/workflow';
import type {
  DecideOutsideInput,
  DecideOutsideResult,
  SimulationAgentActivities,
  SimulationInput,
} from '../../../contracts/simulation';
import { taskQueue } from '../../../contracts/task-queues';
import { type AgentOf, type AskedAt, hintsFor } from '../../../domain/deciders/asked-at';
import { fallbackOf } from '../../../domain/deciders/no-answer';
import type { Json } from '../../../domain/kernel/canonical-json';
import type { OutsideKind } from '../../../domain/simulation/run/simulation-plan';
import type { Answer, Ask } from '../../../domain/simulation/world';
import type { WorldEntry } from '../../../domain/worlds';
import { failureOf } from '../../node/failure-of';
import type { Decider } from './decider';

/** For what is around the tries: reading the definition, writing down how long it took. */
const MARGIN_SECONDS = 30;
const HEARTBEAT_TIMEOUT = '3 seconds';
/** Only a lost worker, or a store that is away, is tried again here: tries of the agent are counted by the activity. */
const RETRY = { initialInterval: 100, backoffCoefficient: 2, maximumInterval: '10 seconds' } as const;

/** Asks whoever decides outside this program, by an activity: over HTTP, as a program, or at a registered runner. */
export class OutsideDecider implements Decider<OutsideKind> {
  constructor(
    private readonly input: SimulationInput,
    private readonly entry: WorldEntry,
  ) {}

  async answer(agent: AgentOf<OutsideKind>, ask: Ask<Json>, at: AskedAt): Promise<Answer<Json>> {
    const { tenant, runId, plan } = this.input;
    const { tick, round } = at;
    const of = { tenant, runId, worldVersion: plan.worldVersion, agentId: agent.id };
    const result = await this.asked(agent, { ...of, tick, round, view: ask.view, hints: hintsFor(agent.id, at) });
    if (result.outcome === 'failed') return fallbackOf(this.entry, ask, result.detail);
    return { agentId: agent.id, decision: result.decision, source: 'agent', feedback: result.feedback };
  }

  private async asked(agent: AgentOf<OutsideKind>, input: DecideOutsideInput): Promise<DecideOutsideResult> {
    const { decideOutside } = proxyActivities<SimulationAgentActivities>({
      taskQueue: taskQueue('agents', this.input.taskQueuePrefix),
      startToCloseTimeout: (agent.decideWithinSeconds + MARGIN_SECONDS) * 1000,
      heartbeatTimeout: HEARTBEAT_TIMEOUT,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      retry: RETRY,
      summary: `${agent.id} · tick ${input.tick + 1}`,
    });
    try {
      return await decideOutside(input);
    } catch (error) {
      if (isCancellation(error)) throw error;
      return { outcome: 'failed', detail: failureOf(error).reason };
    }
  }
}
