import type { AgentOf, AskedAt } from '../../../domain/deciders/asked-at';
import type { LlmDecider } from '../../../domain/deciders/llm-decider';
import type { Json } from '../../../domain/kernel/canonical-json';
import type { Answer, Ask } from '../../../domain/simulation/world';
import type { Decider } from './decider';
import type { ModelCalls } from './model-calls';

/** Asks models what the domain's decider has to know. */
export class ModelDecider implements Decider<'llm'> {
  constructor(
    private readonly decider: LlmDecider,
    private readonly models: ModelCalls,
  ) {}

  async answer(agent: AgentOf<'llm'>, ask: Ask<Json>, at: AskedAt): Promise<Answer<Json>> {
    const deciding = this.decider.answer(agent, ask, at);
    let step = deciding.next();
    while (step.done !== true) step = deciding.next(await this.models.ask(step.value));
    return step.value;
  }
}
