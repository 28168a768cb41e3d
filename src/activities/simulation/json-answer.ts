import { interpretAnswer } from '../../domain/agents/agent-output';
import type { LlmConfig } from '../../domain/agents/agent-graph';
import type { ChatAnswer } from '../../domain/llm/chat';

/** What a model answered in JSON, or why there is none. The same for a fresh answer and for a stored one. */
export function jsonAnswer(
  answer: ChatAnswer,
  llmConfig: LlmConfig,
): { json: unknown; detail?: undefined } | { json?: undefined; detail: string } {
  const verdict = interpretAnswer(answer, { llmConfig: { ...llmConfig, responseFormat: 'json' }, tools: [] });
  if (verdict.ok === true) return { json: verdict.output.json };
  return { detail: verdict.ok === false ? verdict.detail : 'The model asked for tools that it was not offered.' };
}
