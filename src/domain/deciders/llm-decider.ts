import type { Json } from '../kernel/canonical-json';
import { type AgentBudgets, DECIDE_TOOL, type Metered } from '../simulation/budget/agent-budgets';
import type { MemoryItem } from '../simulation/memory/memory-item';
import { knows, recalls } from '../simulation/run/minds';
import type { Answer, Ask } from '../simulation/world';
import type { WorldEntry } from '../worlds';
import { type AgentOf, type AskedAt, hintsFor } from './asked-at';
import { fallbackOf } from './no-answer';
import { MemoryReviewer } from './memory-reviewer';
import type { DecideResult, Deciding } from './model-call';
import type { Thoughts } from './thoughts';

/** One re-ask after an answer from which no decision could be read; a second one rarely helps and always costs. */
const RE_ASKS_MAX = 1;
const CALLS_PER_ROUND = RE_ASKS_MAX + 1;

type ModelAgent = AgentOf<'llm'>;

/** Decides by a model. What was learned comes before the decision; what was decided is known after it. */
export class LlmDecider {
  private readonly reviewer: MemoryReviewer;

  constructor(
    private readonly entry: WorldEntry,
    private readonly thoughts: Thoughts,
    private readonly budgets: AgentBudgets,
  ) {
    this.reviewer = new MemoryReviewer(entry, thoughts, budgets);
  }

  *answer(agent: ModelAgent, ask: Ask<Json>, at: AskedAt): Deciding<Answer<Json>> {
    const reviewed = yield* this.reviewer.review(agent, ask, at);
    const { mind, facts } = recalls(this.entry, agent, ask.view, this.thoughts.of(agent.id), reviewed?.review);
    const answer = yield* this.fromModel(agent, ask, { ...at, facts });
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

  private *fromModel(agent: ModelAgent, ask: Ask<Json>, at: AskedAt & { facts: MemoryItem[] }): Deciding<Answer<Json>> {
    const hints = hintsFor(agent.id, at);
    const remembered = at.facts.length > 0 ? { facts: at.facts } : {};
    const asked = { tick: at.tick, view: ask.view, hints, ...remembered };
    const told: string[] = [];
    let feedback: string | undefined;
    for (let again = 0; again <= RE_ASKS_MAX; again += 1) {
      const refusal = this.budgets.refusal(agent.id);
      if (refusal !== undefined) return fallbackOf(this.entry, ask, ...told, refusal);
      const budget = this.budgets.textFor(agent.id);
      const callIndex = at.round * CALLS_PER_ROUND + again;
      const question = {
        ...{ ...asked, callIndex },
        ...(budget === '' ? {} : { budget }),
        ...(feedback ? { feedback } : {}),
      };
      const result = (yield { purpose: 'decision', agent, asked: question }) as DecideResult | string;
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
