import { setImmediate as breathe } from 'node:timers/promises';
import { countInputTokens } from '../../adapters/llm';
import { readReferences, renderTemplate } from '../../adapters/templates';
import type { AgentGraph, LlmAgent } from '../../domain/agents/agent-graph';
import type { AgentOutput } from '../../domain/agents/agent-output';
import type { AgentFacts } from '../../domain/agents/forecast/facts';
import type { FactsByAgent } from '../../domain/agents/forecast/forecast-graph';
import { openingRequest } from '../../domain/agents/opening-request';
import type { TemplateName } from '../../domain/agents/template-references';
import { LonghaulError } from '../../domain/kernel/errors';
import type { ApiDeps } from '../deps';

/** Counting is work of the event loop's own; other requests get their turn after so many agents. */
const AGENTS_AT_ONCE = 50;

/** What a dependency's output is while nobody has seen one; its tokens are counted by the forecast. */
const STAND_IN: AgentOutput = { content: '', json: {}, toolCalls: [], finishReason: 'stop', model: '' };

/** Price, tokens and dependencies of each agent with a model. An unknown price is a fact about the agent, not a failure. */
export async function forecastFacts(deps: ApiDeps, graph: AgentGraph): Promise<FactsByAgent> {
  const facts = new Map<string, AgentFacts | LonghaulError>();
  const models = graph.agents.filter((agent) => agent.kind === 'llm');
  for (const [index, agent] of models.entries()) {
    facts.set(agent.name, await factsOf(deps, agent, graph.inputs));
    if ((index + 1) % AGENTS_AT_ONCE === 0) await breathe();
  }
  return facts;
}

async function factsOf(
  { prices, tools }: ApiDeps,
  agent: LlmAgent,
  inputs: Record<string, unknown>,
): Promise<AgentFacts | LonghaulError> {
  try {
    const price = prices.priceOf(agent.llmConfig.model);
    const { names } = readReferences(agent.promptTemplate, agent.templateSyntax);
    const textTokens = await countInputTokens(openingRequest(agent, promptOf(agent, inputs, names), tools));
    return { price, textTokens, mentions: mentionsOf(agent, names) };
  } catch (error) {
    if (LonghaulError.is(error) && error.code === 'UnknownPrice') return error;
    throw error;
  }
}

/** As the run will render it, outputs left empty. A template that looks into an output is taken as it stands, with the inputs it names. */
function promptOf(agent: LlmAgent, inputs: Record<string, unknown>, names: readonly TemplateName[]): string {
  const outputs = Object.fromEntries(agent.dependencies.map((name) => [name, STAND_IN]));
  try {
    return renderTemplate(agent.promptTemplate, agent.templateSyntax, { ...outputs, deps: outputs, inputs });
  } catch (error) {
    if (!LonghaulError.is(error) || error.code !== 'TemplateFailed') throw error;
    const given = names.map(({ root, path }) => inputs[root === 'inputs' ? String(path[0]) : root]);
    return [agent.promptTemplate, ...given.map((value) => JSON.stringify(value) ?? '')].join('\n');
  }
}

/** How often each dependency is named, by its own name or in `deps`; a `deps` that is read as a whole names each of them. */
function mentionsOf({ dependencies }: LlmAgent, names: readonly TemplateName[]): Map<string, number> {
  const mentions = new Map<string, number>();
  for (const { root, path } of names) {
    const named = root !== 'deps' ? [root] : path[0] === undefined ? dependencies : [String(path[0])];
    for (const name of named) if (dependencies.includes(name)) mentions.set(name, (mentions.get(name) ?? 0) + 1);
  }
  return mentions;
}
