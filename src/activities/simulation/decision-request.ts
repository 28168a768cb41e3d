import { briefed } from '../../domain/simulation/mind/briefing';
import type { DecideInput } from '../../contracts/simulation';
import type { LlmAgentDefinition } from '../../domain/simulation/run/agent-definition';
import type { AnyWorld } from '../../domain/worlds';
import type { ChatRequest } from '../../domain/llm/chat';

/** What a model is asked: the world's rules and today's view, the agent's own instructions, what people want it to know. */
export function decisionRequest(
  world: AnyWorld,
  { instructions, llmConfig, competitionAwareness }: LlmAgentDefinition,
  { view, hints, facts, budget, feedback }: Pick<DecideInput, 'view' | 'hints' | 'facts' | 'budget' | 'feedback'>,
): ChatRequest {
  const { system, user } = briefed(world.prompt(view), { memory: facts, budget, awareness: competitionAwareness });
  const { system: own, fallbackModels: _, ...config } = llmConfig;
  const rules = [system, own ?? '', instructions].filter((text) => text !== '').join('\n\n');
  const said = [user, hintText(hints), feedbackText(feedback)].filter((text) => text !== '').join('\n\n');
  return {
    ...config,
    responseFormat: 'json',
    messages: [
      { role: 'system', content: rules },
      { role: 'user', content: said },
    ],
  };
}

function hintText(hints: readonly string[]): string {
  return hints.length === 0 ? '' : `Hints for today:\n${hints.map((hint) => `- ${hint}`).join('\n')}`;
}

function feedbackText(feedback: string | undefined): string {
  return feedback === undefined
    ? ''
    : `Your last answer could not be used. ${feedback}\nAnswer again, with one JSON object and nothing else.`;
}
