import type { SimulationInput } from '../../../contracts/simulation';
import type { Json } from '../../../domain/kernel/canonical-json';
import { type AgentBudgets, REVIEW_TOOL } from '../../../domain/simulation/budget/agent-budgets';
import { type MemoryReview, reviewByRules } from '../../../domain/simulation/memory/memory-review';
import { reviews } from '../../../domain/simulation/run/minds';
import type { Ask } from '../../../domain/simulation/world';
import type { WorldEntry } from '../../../domain/worlds';
import type { AgentOf, AskedAt } from './decider';
import type { ModelCalls } from './model-calls';
import type { Thoughts } from './thoughts';

/** A review, and what its call did to the agent's budget. */
export interface Reviewed {
  review: MemoryReview;
  feedback: string[];
}

/** Has the tick before reviewed by an agent's own model; where that errs, or may not be asked, by the rules. */
export class MemoryReviewer {
  constructor(
    private readonly input: SimulationInput,
    private readonly entry: WorldEntry,
    private readonly thoughts: Thoughts,
    private readonly budgets: AgentBudgets,
    private readonly models: ModelCalls,
  ) {}

  /** @returns undefined where its memory asks for no model, or there is nothing to learn from. @throws ParkRun */
  async review(agent: AgentOf<'llm'>, { view }: Ask<Json>, { tick, round }: AskedAt): Promise<Reviewed | undefined> {
    const memory = reviews(this.entry, agent, view, this.thoughts.of(agent.id));
    if (memory === undefined) return undefined;
    const refusal = this.budgets.refusal(agent.id);
    if (refusal !== undefined) return { review: reviewByRules(refusal), feedback: [] };
    const { tenant, runId } = this.input;
    const asked = { tenant, runId, agentId: agent.id, tick, callIndex: round, memory };
    const result = await this.models.review(agent, asked);
    if (typeof result === 'string') return { review: reviewByRules(result), feedback: [] };
    const { feedback } = this.budgets.meter(agent.id, [{ tool: REVIEW_TOOL, ...result.metered }]);
    return { review: result.review, feedback };
  }
}
