import { LonghaulError } from '../../domain/kernel/errors';
import type { AgentValue } from '../commands/option-values';

/** An agent as the wire has it; what else is in it is passed on as it is. */
export interface Agent {
  id: string;
  kind?: string;
  llmConfig?: object;
  [field: string]: unknown;
}

/** What options say about who decides, and how. */
export interface AgentWishes {
  bot: readonly AgentValue[];
  model: readonly AgentValue[];
  instructions?: string | undefined;
}

/** The seller of the standard market. */
const DEFAULT_AGENT = 'seller';

/**
 * Agents with what the options want: an agent that is there is changed, a new one added. An agent with a model keeps all
 * else when it gets another one.
 *
 * @throws LonghaulError InvalidRequest when nobody can tell which agent is meant
 */
export function wishedAgents(agents: readonly Agent[], { bot, model, instructions }: AgentWishes): Agent[] {
  let wished = [...agents];
  for (const { agentId, value } of bot) {
    const id = agentId ?? onlyAgent(wished, '--bot');
    wished = replaced(wished, { id, kind: 'script', bot: value });
  }
  for (const { agentId, value } of model) {
    const id = agentId ?? onlyAgent(wished, '--model');
    wished = replaced(wished, withModel(wished.find((agent) => agent.id === id) ?? { id }, value));
  }
  return instructions === undefined ? wished : instructed(wished, instructions);
}

function withModel(before: Agent, model: string): Agent {
  if (before.llmConfig === undefined) return { id: before.id, kind: 'llm', llmConfig: { model } };
  return { ...before, llmConfig: { ...before.llmConfig, model } };
}

function onlyAgent(agents: readonly Agent[], option: string): string {
  if (agents.length === 0) return DEFAULT_AGENT;
  if (agents.length === 1) return agents[0]!.id;
  const ids = agents.map(({ id }) => id).join(', ');
  throw refused(option, `There are several agents (${ids}): say which one, as in ${option} ${agents[0]!.id}=NAME.`);
}

function replaced(agents: readonly Agent[], agent: Agent): Agent[] {
  const known = agents.some(({ id }) => id === agent.id);
  return known ? agents.map((before) => (before.id === agent.id ? agent : before)) : [...agents, agent];
}

function instructed(agents: readonly Agent[], instructions: string): Agent[] {
  if (!agents.some(isModel)) throw refused('--instructions', 'No agent of this run has a model to be told anything.');
  return agents.map((agent) => (isModel(agent) ? { ...agent, instructions } : agent));
}

function isModel({ llmConfig }: Agent): boolean {
  return llmConfig !== undefined;
}

function refused(path: string, message: string): LonghaulError {
  return new LonghaulError('InvalidRequest', { where: 'Options', count: 1 }, [{ path, message }]);
}
