import type { DecideResult, SimulationInput } from '../../../contracts/simulation';
import type { Json } from '../../../domain/kernel/canonical-json';
import { type AgentBudgets, DECIDE_TOOL, type Metered } from '../../../domain/simulation/budget/agent-budgets';
import type { MemoryItem } from '../../../domain/simulation/memory/memory-item';
import { knows, recalls } from '../../../domain/simulation/run/minds';
import type { Spent } from '../../../domain/simulation/run/spent';
import type { Answer, Ask } from '../../../domain/simulation/world';
import type { WorldEntry } from '../../../domain/worlds';
import { type AgentOf, type AskedAt, type Decider, hintsFor } from './decider';
import { fallbackOf } from './no-answer';
import { MemoryReviewer } from './memory-reviewer';
import { ModelCalls } from './model-calls';
import type { Thoughts } from './thoughts';

/** One re-ask after an answer from which no decision could be read; a second one rarely helps and always costs. */
const RE_ASKS_MAX = 1;
const CALLS_PER_ROUND = RE_ASKS_MAX + 1;

type ModelAgent = AgentOf<'llm'>;

/** Asks a model through the gateway. What was learned comes before the decision; what was decided is known after it. */
export class LlmDecider implements Decider<'llm'> {
  private readonly models: ModelCalls;
  private readonly reviewer: MemoryReviewer;

  constructor(
    private readonly input: SimulationInput,
    private readonly entry: WorldEntry,
    private readonly thoughts: Thoughts,
    private readonly budgets: AgentBudgets,
    spent: Spent,
  ) {
    this.models = new ModelCalls(input, spent);
    this.reviewer = new MemoryReviewer(input, entry, thoughts, budgets, this.models);
  }

  async answer(agent: ModelAgent, ask: Ask<Json>, at: AskedAt): Promise<Answer<Json>> {
    const reviewed = await this.reviewer.review(agent, ask, at);
    const { mind, facts } = recalls(this.entry, agent, ask.view, this.thoughts.of(agent.id), reviewed?.review);
    const answer = await this.fromModel(agent, ask, { ...at, facts });
    const decided = this.reconsidered(agent, ask.view, answer, facts);
    const known = knows(this.entry, ask.view, decided.decision, mind);
    if (known !== undefined) this.thoughts.think(agent.id, known);
    if (reviewed === undefined) return decided;
    return { ...decided, feedback: [...reviewed.feedback, ...decided.feedback], review: reviewed.review };
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
    const hints = hintsFor(agent.id, at);
    const remembered = at.facts.length > 0 ? { facts: at.facts } : {};
    const asked = { tenant, runId, agentId: agent.id, tick: at.tick, view: ask.view, hints, ...remembered };
    const told: string[] = [];
    let feedback: string | undefined;
    for (let again = 0; again <= RE_ASKS_MAX; again += 1) {
      const refusal = this.budgets.refusal(agent.id);
      if (refusal !== undefined) return fallbackOf(this.entry, ask, ...told, refusal);
      const budget = this.budgets.textFor(agent.id);
      const callIndex = at.round * CALLS_PER_ROUND + again;
      const result = await this.models.decide(agent, {
        ...{ ...asked, callIndex },
        ...(budget === '' ? {} : { budget }),
        ...(feedback ? { feedback } : {}),
      });
      if (typeof result === 'string') return fallbackOf(this.entry, ask, result);
      const { withheld, feedback: spent } = this.metered(agent.id, result);
      told.push(...spent);
      if (withheld) return fallbackOf(this.entry, ask, ...told);
      if (result.outcome === 'decided') {
        const { decision, wordsIn } = result;
        const said = wordsIn === undefined ? {} : { wordsIn };
        return { agentId: agent.id, decision, source: 'agent', feedback: [...result.feedback, ...told], ...said };
      }
      feedback = result.detail;
    }
    return fallbackOf(this.entry, ask, `No decision could be read from the answer: ${feedback}`);
  }

  /** The answer, and what it orders. */
  private metered(agentId: string, result: DecideResult): Metered {
    const orders = result.outcome === 'decided' ? this.entry.toolCalls(result.decision) : [];
    return this.budgets.meter(agentId, [
      { tool: DECIDE_TOOL, ...result.metered },
      ...orders.map((tool) => ({ tool, tokens: 0, costMicroUsd: 0 })),
    ]);
  }
}
