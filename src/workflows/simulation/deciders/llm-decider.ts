import { ActivityCancellationType, isCancellation, proxyActivities } from '@temporalio/workflow';
import type {
  DecideInput,
  DecideResult,
  SimulationInput,
  SimulationLlmActivities,
  Spent,
} from '../../../contracts/simulation';
import { taskQueue } from '../../../contracts/task-queues';
import type { Json } from '../../../domain/kernel/canonical-json';
import type { MemoryItem } from '../../../domain/simulation/memory/memory-item';
import { knows, recalls } from '../../../domain/simulation/run/minds';
import type { Answer, Ask } from '../../../domain/simulation/world';
import type { WorldEntry } from '../../../domain/worlds';
import { failureOf } from '../../node/failure-of';
import { ParkRun } from '../park-run';
import type { AgentOf, AskedAt, Decider } from './decider';
import { fallbackOf } from './no-answer';
import type { Thoughts } from './thoughts';

/** One re-ask after an answer from which no decision could be read; a second one rarely helps and always costs. */
const RE_ASKS_MAX = 1;
const CALLS_PER_ROUND = RE_ASKS_MAX + 1;

/** As for the calls of agent runs (see `node-context.ts`). */
const INNER_WAIT_SECONDS = 10;
const MARGIN_SECONDS = 15;
const HEARTBEAT_TIMEOUT = '3 seconds';
const RETRY = { initialInterval: 1, backoffCoefficient: 4, maximumInterval: '10 seconds' } as const;

type ModelAgent = AgentOf<'llm'>;

/** Asks a model through the gateway. What was learned comes before the decision; what was decided is known after it. */
export class LlmDecider implements Decider<'llm'> {
  constructor(
    private readonly input: SimulationInput,
    private readonly entry: WorldEntry,
    private readonly thoughts: Thoughts,
    private readonly spent: Spent,
  ) {}

  async answer(agent: ModelAgent, ask: Ask<Json>, at: AskedAt): Promise<Answer<Json>> {
    const { mind, facts } = recalls(this.entry, agent, ask.view, this.thoughts.of(agent.id));
    const answer = await this.fromModel(agent, ask, { ...at, facts });
    const decided = this.reconsidered(agent, ask.view, answer, facts);
    const known = knows(this.entry, ask.view, decided.decision, mind);
    if (known !== undefined) this.thoughts.think(agent.id, known);
    return decided;
  }

  private reconsidered(
    { secondThoughts: mode }: ModelAgent,
    view: Json,
    answer: Answer<Json>,
    facts: readonly MemoryItem[],
  ): Answer<Json> {
    if (mode === undefined || answer.source !== 'agent') return answer;
    const { decision, feedback } = this.entry.secondThoughts(view, answer.decision, facts, mode);
    return { ...answer, decision, feedback: [...answer.feedback, ...feedback] };
  }

  private async fromModel(
    agent: ModelAgent,
    ask: Ask<Json>,
    at: AskedAt & { facts: MemoryItem[] },
  ): Promise<Answer<Json>> {
    const { tenant, runId } = this.input;
    const hints = at.hints
      .filter(({ agentId }) => agentId === undefined || agentId === agent.id)
      .map(({ text }) => text);
    const remembered = at.facts.length > 0 ? { facts: at.facts } : {};
    const asked = { tenant, runId, agentId: agent.id, tick: at.tick, view: ask.view, hints, ...remembered };
    let feedback: string | undefined;
    for (let again = 0; again <= RE_ASKS_MAX; again += 1) {
      const callIndex = at.round * CALLS_PER_ROUND + again;
      const result = await this.called(agent, { ...asked, callIndex, ...(feedback ? { feedback } : {}) });
      if (typeof result === 'string') return fallbackOf(this.entry, ask, result);
      this.spent.calls += 1;
      this.spent.costMicroUsd += result.costMicroUsd;
      if (result.outcome === 'decided') {
        return { agentId: agent.id, decision: result.decision, source: 'agent', feedback: result.feedback };
      }
      feedback = result.detail;
    }
    return fallbackOf(this.entry, ask, `No decision could be read from the answer: ${feedback}`);
  }

  /** @returns why there is no answer, when there is none */
  private async called(agent: ModelAgent, input: DecideInput): Promise<DecideResult | string> {
    try {
      return await this.llm(agent, input).decide(input);
    } catch (error) {
      if (isCancellation(error)) throw error;
      const { status, reason, reasonCode, endsStarting } = failureOf(error);
      // The run's own money, or what is above it: no other agent could be asked either. A person can raise it.
      if (status === 'budget_exceeded' && endsStarting === true) throw new ParkRun({ reasonCode, reason });
      return reason;
    }
  }

  private llm({ timeoutSeconds }: ModelAgent, { agentId, tick }: DecideInput): SimulationLlmActivities {
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
