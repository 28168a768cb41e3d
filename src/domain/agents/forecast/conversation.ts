import type { MicroUsd } from '../../kernel/money';
import { batchPrice } from '../../llm/batch-price';
import { costOf, worstCaseCost, type Price } from '../../llm/pricing';
import { TOOL_CALLS_PER_ANSWER_MAX, TOOL_RESULT_CHARS_MAX } from '../../tools/tool';
import type { LlmAgent } from '../agent-graph';
import type { Spread } from './spread';

/** One tool asked once, when nobody has seen how the agent uses its tools. */
const EXPECTED_ROUNDS = 1;
const EXPECTED_RESULT_TOKENS = 500;
/** A token per character: no text in Latin letters has more. */
const WORST_ROUND_TOKENS = TOOL_CALLS_PER_ANSWER_MAX * TOOL_RESULT_CHARS_MAX;
/** What an answer that was not what was asked for is answered with. */
const FEEDBACK_TOKENS = 500;

/** Calls of one run of the agent; at the most with every tool round, one re-ask for JSON, and every retry. */
export function callsOf(agent: LlmAgent): Spread {
  const rounds = roundsMax(agent);
  const turns = 1 + rounds + reAsks(agent);
  return { low: 1, expected: 1 + Math.min(rounds, EXPECTED_ROUNDS), worstCase: turns + agent.maxRetries };
}

/**
 * Costs of those calls. Each turn reads what the turns before it have said; a retry is paid like the last and longest.
 *
 * @param opening input tokens of the first call
 * @param answer tokens of each answer
 */
export function conversationCost(price: Price, agent: LlmAgent, opening: Spread, answer: Spread): Spread {
  // At worst no batch answers, and each call is asked at the full price.
  const usual = agent.delivery === 'batch' ? batchPrice(price) : price;
  return {
    low: costOf(usual, { inputTokens: opening.low, outputTokens: answer.low }),
    expected: expectedCost(usual, agent, opening.expected, answer.expected),
    worstCase: worstCost(price, agent, opening.worstCase, answer.worstCase),
  };
}

function expectedCost(price: Price, agent: LlmAgent, opening: number, answer: number): MicroUsd {
  let cost = 0;
  for (let turn = 0; turn < callsOf(agent).expected; turn += 1) {
    const inputTokens = opening + turn * (answer + EXPECTED_RESULT_TOKENS);
    cost += costOf(price, { inputTokens, outputTokens: answer });
  }
  return cost;
}

function worstCost(price: Price, agent: LlmAgent, opening: number, answer: number): MicroUsd {
  const rounds = roundsMax(agent);
  let cost = 0;
  for (let round = 0; round < rounds; round += 1)
    cost += worstCaseCost(price, opening + round * (answer + WORST_ROUND_TOKENS), answer);
  const longest = opening + rounds * (answer + WORST_ROUND_TOKENS) + reAsks(agent) * FEEDBACK_TOKENS;
  return cost + (1 + reAsks(agent) + agent.maxRetries) * worstCaseCost(price, longest, answer);
}

function roundsMax({ tools, maxToolRounds }: LlmAgent): number {
  return tools.length > 0 ? maxToolRounds : 0;
}

/** Only JSON can be other than what was asked for. */
function reAsks({ llmConfig: { responseFormat, responseSchema } }: LlmAgent): number {
  return responseFormat === 'json' || responseSchema !== undefined ? 1 : 0;
}
