import type { Json } from '../kernel/canonical-json';
import { type AgentBudgets, REVIEW_TOOL } from '../simulation/budget/agent-budgets';
import { type MemoryReview, reviewByRules } from '../simulation/memory/memory-review';
import { reviews } from '../simulation/run/minds';
import type { Ask } from '../simulation/world';
import type { WorldEntry } from '../worlds';
import type { AgentOf, AskedAt } from './asked-at';
import type { Deciding, ReviewResult } from './model-call';
import type { Thoughts } from './thoughts';

/** A review, and what its call did to the agent's budget. */
export interface Reviewed {
  review: MemoryReview;
  feedback: string[];
}

/** Has the tick before reviewed by an agent's own model; where that errs, or may not be asked, by the rules. */
export class MemoryReviewer {
  constructor(
    private readonly entry: WorldEntry,
    private readonly thoughts: Thoughts,
    private readonly budgets: AgentBudgets,
  ) {}

  /** @returns undefined where its memory asks for no model, or there is nothing to learn from */
  *review(agent: AgentOf<'llm'>, { view }: Ask<Json>, { tick, round }: AskedAt): Deciding<Reviewed | undefined> {
    const memory = reviews(this.entry, agent, view, this.thoughts.of(agent.id));
    if (memory === undefined) return undefined;
    const refusal = this.budgets.refusal(agent.id);
    if (refusal !== undefined) return { review: reviewByRules(refusal), feedback: [] };
    const asked = { tick, callIndex: round, memory };
    const result = (yield { purpose: 'review', agent, asked }) as ReviewResult | string;
    if (typeof result === 'string') return { review: reviewByRules(result), feedback: [] };
    const { feedback } = this.budgets.meter(agent.id, [{ tool: REVIEW_TOOL, ...result.metered }]);
    return { review: result.review, feedback };
  }
}
