import { ActivityCancellationType, isCancellation, proxyActivities } from '@temporalio/workflow';
import type {
  Missed,
  SimulationFastActivities,
  SimulationInput,
  SimulationLlmActivities,
} from '../../../contracts/simulation';
import { countCall, type Spent } from '../../../domain/simulation/run/spent';
import { taskQueue } from '../../../contracts/task-queues';
import type { AgentOf } from '../../../domain/deciders/asked-at';
import { callInTick, type DecideResult, type ModelCall, type ReviewResult } from '../../../domain/deciders/model-call';
import type { FastLane } from '../../fast-lane';
import { failureOf } from '../../node/failure-of';
import { ParkRun } from '../park-run';

/** As for the calls of agent runs (see `node-context.ts`). */
const INNER_WAIT_SECONDS = 10;
const MARGIN_SECONDS = 15;
const HEARTBEAT_TIMEOUT = '3 seconds';
const RETRY = { initialInterval: 1, backoffCoefficient: 4, maximumInterval: '10 seconds' } as const;

/** One call, by each of its ways. */
interface Ways<R> {
  byCassette: (fast: SimulationFastActivities) => Promise<R | Missed>;
  byGateway: () => Promise<R>;
}

/** Calls of models: beside the workflow where a cassette has the answer, else by the gateway. Counts what they cost. */
export class ModelCalls {
  constructor(
    private readonly input: SimulationInput,
    private readonly spent: Spent,
    private readonly lane: FastLane<SimulationFastActivities>,
  ) {}

  /** @returns why there is no answer, when there is none. @throws ParkRun when the run's money is gone, or a replay misses a recording */
  async ask(call: ModelCall): Promise<DecideResult | ReviewResult | string> {
    const { tenant, runId, plan } = this.input;
    const { agent } = call;
    const of = { tenant, runId, worldVersion: plan.worldVersion, agentId: agent.id };
    if (call.purpose === 'review') {
      const input = { ...of, ...call.asked };
      return await this.paid<ReviewResult>(callInTick(call), {
        byCassette: (fast) => fast.playReview(input),
        byGateway: () => this.llm(agent, `${agent.id} reviews tick ${input.tick}`).reviewMemory(input),
      });
    }
    const input = { ...of, ...call.asked };
    return await this.paid<DecideResult>(callInTick(call), {
      byCassette: (fast) => fast.playDecision(input),
      byGateway: () => this.llm(agent, `${agent.id} · tick ${input.tick + 1}`).decide(input),
    });
  }

  private async paid<R extends { costMicroUsd: number }>(key: string, ways: Ways<R>): Promise<R | string> {
    try {
      const result = await this.answered(ways);
      // Going on with a fallback would give another run than the recorded one, under the name of a replay.
      if (!('costMicroUsd' in result)) throw new ParkRun({ reasonCode: 'cassette_miss', reason: result.detail }, true);
      countCall(this.spent, key, result.costMicroUsd);
      return result;
    } catch (error) {
      if (isCancellation(error) || error instanceof ParkRun) throw error;
      const { status, reason, reasonCode, endsStarting } = failureOf(error);
      // The run's own money, or what is above it: no other agent could be asked either. A person can raise it.
      if (status === 'budget_exceeded' && endsStarting === true) throw new ParkRun({ reasonCode, reason });
      return reason;
    }
  }

  /** A miss only where nothing but recordings may answer. */
  private async answered<R extends { costMicroUsd: number }>({ byCassette, byGateway }: Ways<R>): Promise<R | Missed> {
    const { cassette } = this.input.plan;
    if (cassette !== undefined) {
      const played = await this.lane.run(byCassette);
      if ('costMicroUsd' in played || cassette === 'replay') return played;
    }
    return await byGateway();
  }

  private llm({ timeoutSeconds }: AgentOf<'llm'>, summary: string): SimulationLlmActivities {
    return proxyActivities<SimulationLlmActivities>({
      taskQueue: taskQueue('llm', this.input.taskQueuePrefix),
      startToCloseTimeout: (timeoutSeconds + INNER_WAIT_SECONDS + MARGIN_SECONDS) * 1000,
      heartbeatTimeout: HEARTBEAT_TIMEOUT,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      retry: RETRY,
      summary,
    });
  }
}
