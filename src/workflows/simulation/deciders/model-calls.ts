import { ActivityCancellationType, isCancellation, proxyActivities } from '@temporalio/workflow';
import type {
  DecideInput,
  DecideResult,
  PlayDecisionResult,
  SimulationFastActivities,
  SimulationInput,
  SimulationLlmActivities,
} from '../../../contracts/simulation';
import { taskQueue } from '../../../contracts/task-queues';
import { FastLane } from '../../fast-lane';
import { failureOf } from '../../node/failure-of';
import { ParkRun } from '../park-run';
import type { AgentOf } from './decider';

/** As for the calls of agent runs (see `node-context.ts`). */
const INNER_WAIT_SECONDS = 10;
const MARGIN_SECONDS = 15;
const HEARTBEAT_TIMEOUT = '3 seconds';
const RETRY = { initialInterval: 1, backoffCoefficient: 4, maximumInterval: '10 seconds' } as const;

/** Calls of models: beside the workflow where a cassette has the answer, else by the gateway. */
export class ModelCalls {
  private readonly lane = new FastLane<SimulationFastActivities>();

  constructor(private readonly input: SimulationInput) {}

  /** @returns why there is no answer, when there is none. @throws ParkRun when the run's money is gone, or a replay misses a recording */
  async ask(agent: AgentOf<'llm'>, input: DecideInput): Promise<DecideResult | string> {
    try {
      const result = await this.answered(agent, input);
      if (result.outcome !== 'miss') return result;
      // Going on with a fallback would give another run than the recorded one, under the name of a replay.
      throw new ParkRun({ reasonCode: 'cassette_miss', reason: result.detail }, true);
    } catch (error) {
      if (isCancellation(error) || error instanceof ParkRun) throw error;
      const { status, reason, reasonCode, endsStarting } = failureOf(error);
      // The run's own money, or what is above it: no other agent could be asked either. A person can raise it.
      if (status === 'budget_exceeded' && endsStarting === true) throw new ParkRun({ reasonCode, reason });
      return reason;
    }
  }

  /** A miss only where nothing but recordings may answer. */
  private async answered(agent: AgentOf<'llm'>, input: DecideInput): Promise<PlayDecisionResult> {
    const { cassette } = this.input.plan;
    if (cassette !== undefined) {
      const played = await this.lane.run((fast) => fast.playDecision(input));
      if (played.outcome !== 'miss' || cassette === 'replay') return played;
    }
    return await this.llm(agent, input).decide(input);
  }

  private llm({ timeoutSeconds }: AgentOf<'llm'>, { agentId, tick }: DecideInput): SimulationLlmActivities {
    return proxyActivities<SimulationLlmActivities>({
      taskQueue: taskQueue('llm', this.input.taskQueuePrefix),
      startToCloseTimeout: (timeoutSeconds + INNER_WAIT_SECONDS + MARGIN_SECONDS) * 1000,
      heartbeatTimeout: HEARTBEAT_TIMEOUT,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      retry: RETRY,
      summary: `${agentId} · tick ${tick + 1}`,
    });
  }
}
