import type { ReviewInput, SimulationLlmActivities } from '../../contracts/simulation';
import type { ReviewResult } from '../../domain/deciders/model-call';
import { reviewByRules, withoutWords } from '../../domain/simulation/memory/memory-review';
import { readReview } from '../../domain/simulation/memory/review-answer';
import { reviewPrompt } from '../../domain/simulation/memory/review-prompt';
import type { LlmAgentDefinition } from '../../domain/simulation/run/agent-definition';
import type { ChatRequest } from '../../domain/llm/chat';
import type { PromptParts } from '../../domain/simulation/world';
import { heartbeating } from '../heartbeating';
import { toApplicationFailure } from '../to-application-failure';
import { askModel, llmAgentOf } from './ask-model';
import type { DecideDeps } from './decide';
import { jsonAnswer } from './json-answer';

/** An agent's model reviews what it noticed and remembers: paid and stored like a decision. */
export function createReviewMemory(deps: DecideDeps): SimulationLlmActivities['reviewMemory'] {
  return async (input) => {
    try {
      return await heartbeating((heartbeat) => reviewOnce(deps, input, heartbeat));
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

async function reviewOnce(deps: DecideDeps, input: ReviewInput, heartbeat: () => void): Promise<ReviewResult> {
  const { tenant, runId, tick, callIndex } = input;
  const loaded = await deps.simulations.load(tenant, runId, input.worldVersion);
  const agent = llmAgentOf(loaded, input.agentId);
  const cassette = loaded.simulation.cassette ?? undefined;
  const remembered = await deps.words.filledIn(tenant, input.memory.remembered);
  const request = reviewRequest(agent, reviewPrompt({ ...input.memory, remembered }, tick));
  const question = { tenant, runId, agent, cassette, tick, callIndex, purpose: 'review' as const, request };
  const { answer, answerRef, ...paid } = await askModel(deps, question, heartbeat);
  const { json, detail } = jsonAnswer(answer, agent.llmConfig);
  const { tags } = loaded.entry.observer;
  const review = detail === undefined ? withoutWords(readReview(json), answerRef, tags) : reviewByRules(detail);
  return { review, ...paid };
}

/** By the agent's own model. What it was told to do as an agent is no part of it. */
function reviewRequest({ llmConfig }: LlmAgentDefinition, { system, user }: PromptParts): ChatRequest {
  const { system: _, fallbackModels: __, ...config } = llmConfig;
  return {
    ...config,
    responseFormat: 'json',
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: user },
    ],
  };
}
