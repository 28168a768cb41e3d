import { LonghaulError } from '../../kernel/errors';
import { usdToMicro } from '../../kernel/money';
import { costOf } from '../../llm/pricing';
import type { Agent, AgentGraph, LlmAgent } from '../agent-graph';
import { callsOf, conversationCost } from './conversation';
import type { AgentFacts, EarlierRuns } from './facts';
import { outputTokens } from './output-tokens';
import { NOTHING, ordered, sumOf, type Spread } from './spread';

export interface AgentForecast {
  agent: string;
  /** Null without a model. */
  model: string | null;
  calls: Spread;
  /** Micro-USD. */
  cost: Spread;
  /** What the expected figures come from; `unpriced`: no table knows the model, so nothing of it is counted. */
  basis: 'no-model' | 'assumption' | 'earlier-runs' | 'unpriced';
  /** How many earlier runs the expected figures are the mean of. */
  earlierRuns: number;
  /** The worst case would be more, but the agent's own limit ends it there. */
  limited: boolean;
  /** What to do about a price that is missing. */
  problem: string | null;
}

export interface GraphForecast {
  /** In the order of the definition. */
  agents: AgentForecast[];
  /** Micro-USD, without those that are unpriced. */
  total: Spread;
}

/** By agent; a LonghaulError in place of the facts says why an agent has no price. */
export type FactsByAgent = ReadonlyMap<string, AgentFacts | LonghaulError>;
export type EarlierByAgent = ReadonlyMap<string, EarlierRuns>;

/** JSON inside JSON is escaped, and another model's tokenizer cuts it smaller: at the most an output fills twice its tokens. */
const WORST_FILL = 2;

/** What a run of the graph costs: each agent with a model by its conversation, the others nothing. */
export function forecastGraph(graph: AgentGraph, facts: FactsByAgent, earlier: EarlierByAgent): GraphForecast {
  const outputs = new Map(graph.agents.map((agent) => [agent.name, outputTokens(agent, earlier.get(agent.name))]));
  const agents = graph.agents.map((agent) => forecastAgent(agent, facts.get(agent.name), earlier, outputs));
  return { agents, total: sumOf(agents.map(({ cost }) => cost)) };
}

function forecastAgent(
  agent: Agent,
  facts: AgentFacts | LonghaulError | undefined,
  earlier: EarlierByAgent,
  outputs: ReadonlyMap<string, Spread>,
): AgentForecast {
  const nothing = { agent: agent.name, calls: NOTHING, cost: NOTHING, earlierRuns: 0, limited: false, problem: null };
  if (agent.kind !== 'llm' || facts === undefined) return { ...nothing, model: null, basis: 'no-model' };
  const { model } = agent.llmConfig;
  if (LonghaulError.is(facts)) return { ...nothing, model, basis: 'unpriced', problem: facts.message };
  return { ...nothing, model, ...pricedForecast(agent, facts, earlier.get(agent.name), outputs) };
}

function pricedForecast(
  agent: LlmAgent,
  facts: AgentFacts,
  earlier: EarlierRuns | undefined,
  outputs: ReadonlyMap<string, Spread>,
): Pick<AgentForecast, 'calls' | 'cost' | 'basis' | 'earlierRuns' | 'limited'> {
  const assumedCalls = callsOf(agent);
  const assumed = conversationCost(facts.price, agent, openingTokens(facts, outputs), outputs.get(agent.name)!);
  const limit = usdToMicro(agent.costLimitUsd);
  return {
    calls: ordered({ ...assumedCalls, expected: earlier ? Math.ceil(earlier.calls) : assumedCalls.expected }),
    cost: ordered({ ...assumed, expected: earlier ? costOf(facts.price, earlier) : assumed.expected }, limit),
    basis: earlier ? 'earlier-runs' : 'assumption',
    earlierRuns: earlier?.runs ?? 0,
    limited: assumed.worstCase > limit,
  };
}

/** What dependencies bring is read as often as the template names them. */
function openingTokens({ textTokens, mentions }: AgentFacts, outputs: ReadonlyMap<string, Spread>): Spread {
  const brought = [...mentions].map(([dependency, times]) => {
    const { low, expected, worstCase } = outputs.get(dependency) ?? NOTHING;
    return { low: low * times, expected: expected * times, worstCase: worstCase * times * WORST_FILL };
  });
  return sumOf([{ low: textTokens, expected: textTokens, worstCase: textTokens }, ...brought]);
}
