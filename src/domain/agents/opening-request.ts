import type { ChatRequest, ToolDeclaration } from '../llm/chat';
import type { ToolSpec } from '../tools/tool';
import type { LlmAgent } from './agent-graph';

/** How to find a tool by its name. */
export interface ToolFinder {
  find(name: string): ToolSpec | undefined;
}

/** The first request of an agent's conversation, made of its rendered prompt. */
export function openingRequest(agent: LlmAgent, prompt: string, tools: ToolFinder): ChatRequest {
  const { system, fallbackModels: _, ...config } = agent.llmConfig;
  const declared = declarations(agent, tools);
  return {
    ...config,
    messages: [
      { role: 'system', content: system ?? `You are the agent "${agent.name}". ${agent.description}`.trim() },
      { role: 'user', content: prompt },
    ],
    ...(declared.length > 0 ? { tools: declared } : {}),
  };
}

/** In the order of the agent's list; validation has seen that each exists, and one that was removed since is not offered. */
function declarations({ tools: names }: LlmAgent, tools: ToolFinder): ToolDeclaration[] {
  return names.flatMap((name) => {
    const spec = tools.find(name);
    return spec ? [{ name, description: spec.description, parameters: spec.parameters }] : [];
  });
}
