import type { Agent } from '../agent-graph';
import type { EarlierRuns } from './facts';
import { ordered, type Spread } from './spread';

/** Shares of `maxTokens` that an answer has when nobody has seen one. */
const LOW_SHARE = 0.1;
const EXPECTED_SHARE = 0.5;
/** What people and tools bring is bounded by nothing that a price depends on. */
const WITHOUT_MODEL: Spread = { low: 50, expected: 500, worstCase: 32_000 };

/** Tokens of one answer of an agent: of the model's, or what a person or a tool brings in its place. */
export function outputTokens(agent: Agent, earlier: EarlierRuns | undefined): Spread {
  if (agent.kind !== 'llm') return WITHOUT_MODEL;
  const { maxTokens } = agent.llmConfig;
  return ordered({
    low: Math.ceil(maxTokens * LOW_SHARE),
    expected: earlier ? Math.ceil(earlier.outputTokens / earlier.calls) : Math.ceil(maxTokens * EXPECTED_SHARE),
    worstCase: maxTokens,
  });
}
