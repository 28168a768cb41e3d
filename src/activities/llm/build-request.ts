import { renderTemplate } from '../../adapters/templates';
import type { ChatMessage, ChatRequest } from '../../domain/llm/chat';
import { LonghaulError } from '../../domain/kernel/errors';
import type { AgentContext } from './agent-context';

/** Turns an agent, its inputs and its dependencies' outputs into one model request. */
export function buildRequest(context: AgentContext, feedback: string | undefined): ChatRequest {
  const { agent } = context;
  const { system, ...config } = agent.llmConfig;
  const messages: ChatMessage[] = [
    { role: 'system', content: system ?? `You are the agent "${agent.name}". ${agent.description}`.trim() },
    { role: 'user', content: renderPrompt(context) },
  ];
  if (feedback !== undefined) {
    messages.push({
      role: 'user',
      content: `Your last answer could not be used. ${feedback}\nAnswer again, with nothing but what was asked for.`,
    });
  }
  return { ...config, messages };
}

function renderPrompt({ agent, inputs, dependencies }: AgentContext): string {
  const outputs = Object.fromEntries(dependencies.map(({ name, output }) => [name, output]));
  try {
    return renderTemplate(agent.promptTemplate, agent.templateSyntax, { ...outputs, deps: outputs, inputs });
  } catch (error) {
    if (!LonghaulError.is(error) || error.code !== 'TemplateFailed') throw error;
    throw new LonghaulError('TemplateFailed', { ...error.params, agent: agent.name }, error.problems);
  }
}
