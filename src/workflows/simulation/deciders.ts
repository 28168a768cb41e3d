import { ActivityCancellationType, condition, isCancellation, proxyActivities } from '@temporalio/workflow';
import type {
  DecideInput,
  DecideResult,
  SimulationInput,
  SimulationLlmActivities,
  Spent,
} from '../../contracts/simulation';
import { taskQueue } from '../../contracts/task-queues';
import { present } from '../../domain/kernel/assert';
import type { Json } from '../../domain/kernel/canonical-json';
import type { ExternalRequests } from '../../domain/simulation/run/external-requests';
import type { MemoryItem } from '../../domain/simulation/memory/memory-item';
import { botDecides, knows, type Minds, recalls } from '../../domain/simulation/run/minds';
import type { Hint } from '../../domain/simulation/run/simulation-control';
import type { SimulatedAgent } from '../../domain/simulation/run/simulation-plan';
import type { Answer, Ask } from '../../domain/simulation/world';
import type { WorldEntry } from '../../domain/worlds';
import { failureOf } from '../node/failure-of';
import { ParkRun } from './park-run';
import { TickGivenUp } from './tick-given-up';

/** One re-ask after an answer from which no decision could be read; a second one rarely helps and always costs. */
const RE_ASKS_MAX = 1;
const CALLS_PER_ROUND = RE_ASKS_MAX + 1;

/** As for the calls of agent runs (see `node-context.ts`). */
const INNER_WAIT_SECONDS = 10;
const MARGIN_SECONDS = 15;
const HEARTBEAT_TIMEOUT = '3 seconds';
const RETRY = { initialInterval: 1, backoffCoefficient: 4, maximumInterval: '10 seconds' } as const;

type ModelAgent = Extract<SimulatedAgent, { kind: 'llm' }>;

/** Where in a run somebody is asked, and what people wanted to be said to them. */
export interface AskedAt {
  tick: number;
  round: number;
  hints: readonly Hint[];
}

/** Brings the decisions of all kinds of agents. What goes wrong with one of them is a fallback, recorded as such. */
export class Deciders {
  readonly spent: Spent;
  /** What everybody knows after the last tick that is done. */
  minds: Minds = {};
  /** What was thought in the tick under way, which may have to begin again. */
  private thoughts: Record<string, Json> = {};
  private readonly agents: ReadonlyMap<string, SimulatedAgent>;

  constructor(
    private readonly input: SimulationInput,
    private readonly entry: WorldEntry,
    private readonly requests: ExternalRequests,
    /** What the last tick of a position has ordered, for agents that are late but not yet too late. */
    private readonly lastOf: (agentId: string) => Json | undefined,
    /** Nobody waits for a person any more. */
    private readonly isStopping: () => boolean,
  ) {
    this.agents = new Map(input.plan.agents.map((agent) => [agent.id, agent]));
    this.spent = { ...(input.carried?.spent ?? { costMicroUsd: 0, calls: 0, askedTicks: 0 }) };
  }

  /** Everybody of a round at once. @throws ParkRun when the run's money is gone, after all of them have ended */
  async decide(asks: readonly Ask<Json>[], at: AskedAt): Promise<Answer<Json>[]> {
    if (at.round === 0) {
      this.spent.askedTicks += 1;
      this.thoughts = {};
    }
    const ends = await Promise.allSettled(asks.map((ask) => this.answer(ask, at)));
    return ends.map((end) => {
      if (end.status === 'rejected') throw end.reason;
      return end.value;
    });
  }

  /** The tick is done: what was thought in it is known from now on. */
  keepThoughts(): void {
    this.minds = { ...this.minds, ...this.thoughts };
    this.thoughts = {};
  }

  /** What `ticks` ticks with agents would have called and cost, by what they did so far. */
  savedBy(ticks: number): { ticks: number; callsSaved: number; costSavedMicroUsd: number } {
    const { askedTicks, calls, costMicroUsd } = this.spent;
    const share = (total: number) => (askedTicks === 0 ? 0 : Math.round((total * ticks) / askedTicks));
    return { ticks, callsSaved: share(calls), costSavedMicroUsd: share(costMicroUsd) };
  }

  private async answer(ask: Ask<Json>, at: AskedAt): Promise<Answer<Json>> {
    const { world } = this.input.plan;
    const agent = present(this.agents.get(ask.agentId), `World ${world} asks "${ask.agentId}", who is not in the run`);
    switch (agent.kind) {
      case 'script': {
        const { decision, memory } = botDecides(this.entry, agent, ask.view, this.mindOf(agent.id));
        this.thoughts[agent.id] = memory;
        return { agentId: agent.id, decision, source: 'agent', feedback: [] };
      }
      case 'human':
        return await this.fromPerson(agent, ask, at);
      case 'llm':
        return await this.fromMind(agent, ask, at);
    }
  }

  private mindOf(agentId: string): Json | undefined {
    return this.thoughts[agentId] ?? this.minds[agentId];
  }

  /** What was learned comes before the decision; what was decided is known after it. */
  private async fromMind(agent: ModelAgent, ask: Ask<Json>, at: AskedAt): Promise<Answer<Json>> {
    const { mind, facts } = recalls(this.entry, agent, ask.view, this.mindOf(agent.id));
    const answer = await this.fromModel(agent, ask, { ...at, facts });
    const decided = this.reconsidered(agent, ask.view, answer, facts);
    const known = knows(this.entry, ask.view, decided.decision, mind);
    if (known !== undefined) this.thoughts[agent.id] = known;
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
      if (typeof result === 'string') return this.fallback(ask, result);
      this.spent.calls += 1;
      this.spent.costMicroUsd += result.costMicroUsd;
      if (result.outcome === 'decided') {
        return { agentId: agent.id, decision: result.decision, source: 'agent', feedback: result.feedback };
      }
      feedback = result.detail;
    }
    return this.fallback(ask, `No decision could be read from the answer: ${feedback}`);
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

  private async fromPerson(
    agent: Extract<SimulatedAgent, { kind: 'human' }>,
    ask: Ask<Json>,
    { tick }: AskedAt,
  ): Promise<Answer<Json>> {
    const { dueTick } = this.requests.ask(agent.id, tick, agent.dueAfterTicks, ask.view);
    const answered = () => this.requests.isAnswered(agent.id) || this.isStopping();
    if (agent.waitSeconds === null) await condition(answered);
    else await condition(answered, agent.waitSeconds * 1000);
    const raw = this.requests.take(agent.id);
    if (raw === undefined && this.isStopping()) throw new TickGivenUp();
    if (raw !== undefined) {
      const { decision, feedback } = this.entry.world.parseDecision(raw, ask.view);
      return { agentId: agent.id, decision, source: 'agent', feedback };
    }
    if (tick < dueTick) return this.standing(ask);
    this.requests.close(agent.id);
    return this.fallback(ask, `Nobody answered by tick ${dueTick}.`);
  }

  private standing({ agentId, view }: Ask<Json>): Answer<Json> {
    const { world } = this.entry;
    const last = this.lastOf(agentId);
    const decision = last === undefined ? world.fallback(view) : world.standing(view, last);
    return { agentId, decision, source: 'standing', feedback: [] };
  }

  private fallback({ agentId, view }: Ask<Json>, detail: string): Answer<Json> {
    return { agentId, decision: this.entry.world.fallback(view), source: 'fallback', feedback: [detail] };
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
