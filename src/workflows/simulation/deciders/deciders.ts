import type { SimulationFastActivities, SimulationInput } from '../../../contracts/simulation';
import type { AskedAt } from '../../../domain/deciders/asked-at';
import type { Known } from '../../../domain/deciders/course';
import { LlmDecider } from '../../../domain/deciders/llm-decider';
import { ScriptDecider } from '../../../domain/deciders/script-decider';
import { Thoughts } from '../../../domain/deciders/thoughts';
import { present } from '../../../domain/kernel/assert';
import type { Json } from '../../../domain/kernel/canonical-json';
import { AgentBudgets } from '../../../domain/simulation/budget/agent-budgets';
import { budgetsOf } from '../../../domain/simulation/budget/budgets-of';
import type { ExternalRequests } from '../../../domain/simulation/run/external-requests';
import type { SimulatedAgent } from '../../../domain/simulation/run/simulation-plan';
import { beginAsked, type Spent } from '../../../domain/simulation/run/spent';
import type { Answer, Ask } from '../../../domain/simulation/world';
import type { WorldEntry } from '../../../domain/worlds';
import { FastLane } from '../../fast-lane';
import type { Decider } from './decider';
import { HumanDecider } from './human-decider';
import { ModelCalls } from './model-calls';
import { ModelDecider } from './model-decider';
import { OutsideDecider } from './outside-decider';

/** Brings the decisions of all agents that are asked in a round, each by the decider of its kind. */
export class Deciders {
  readonly spent: Spent;
  readonly thoughts = new Thoughts();
  readonly budgets: AgentBudgets;
  private readonly agents: ReadonlyMap<string, SimulatedAgent>;
  private readonly of: { readonly [Kind in SimulatedAgent['kind']]: Decider<Kind> };

  /**
   * @param lastOf what the last tick that is done has ordered
   * @param isStopping nobody waits for a person any more
   */
  constructor(
    private readonly input: SimulationInput,
    entry: WorldEntry,
    requests: ExternalRequests,
    lastOf: (agentId: string) => Json | undefined,
    isStopping: () => boolean,
  ) {
    this.agents = new Map(input.plan.agents.map((agent) => [agent.id, agent]));
    this.spent = { ...(input.carried?.spent ?? { costMicroUsd: 0, calls: 0, askedTicks: 0 }) };
    this.budgets = new AgentBudgets(budgetsOf(input.plan.agents), input.carried?.budgets);
    const lane = new FastLane<SimulationFastActivities>();
    const models = new ModelCalls(input, this.spent, lane);
    const llm = new LlmDecider(entry, this.thoughts, this.budgets);
    const outside = new OutsideDecider(input, entry);
    this.of = {
      script: new ScriptDecider(entry, this.thoughts),
      human: new HumanDecider(entry, requests, lastOf, isStopping),
      llm: new ModelDecider(llm, models),
      ...{ http: outside, process: outside, runner: outside },
    };
  }

  /** Everybody of a round at once. @throws ParkRun when the run's money is gone, after all of them have ended */
  async decide(asks: readonly Ask<Json>[], at: AskedAt): Promise<Answer<Json>[]> {
    if (at.round === 0) {
      beginAsked(this.spent, at.tick);
      this.thoughts.beginTick();
      this.budgets.beginTick();
    }
    const ends = await Promise.allSettled(asks.map((ask) => this.answer(ask, at)));
    return ends.map((end) => {
      if (end.status === 'rejected') throw end.reason;
      return end.value;
    });
  }

  /** Between two ticks. */
  get known(): Known {
    return { minds: this.thoughts.minds, budgets: this.budgets.carry(), spent: this.spent };
  }

  /** By what is known after ticks that were played elsewhere. */
  goOnFrom({ minds, budgets, spent }: Known): void {
    this.thoughts.minds = minds;
    this.budgets.goOnFrom(budgets);
    Object.assign(this.spent, spent);
  }

  /** Between two ticks. */
  limitAnew(agents: readonly SimulatedAgent[]): void {
    this.budgets.limitAnew(budgetsOf(agents));
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
    return await this.by(agent, ask, at);
  }

  private by<Kind extends SimulatedAgent['kind']>(
    agent: Extract<SimulatedAgent, { kind: Kind }>,
    ask: Ask<Json>,
    at: AskedAt,
  ): Answer<Json> | Promise<Answer<Json>> {
    const decider: Decider<Kind> = this.of[agent.kind];
    return decider.answer(agent, ask, at);
  }
}
