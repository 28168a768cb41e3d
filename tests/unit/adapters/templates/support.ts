import type { TemplateContext } from '../../../../src/adapters/templates';
import type { AgentOutput } from '../../../../src/domain/agents/agent-output';
import { LonghaulError } from '../../../../src/domain/kernel/errors';

export function asOutput(content: string, json?: unknown): AgentOutput {
  const plain: AgentOutput = { content, toolCalls: [], finishReason: 'stop', model: 'scripted' };
  return json === undefined ? plain : { ...plain, json };
}

export function contextOf(deps: Record<string, AgentOutput>, inputs: Record<string, unknown> = {}): TemplateContext {
  return { ...deps, deps, inputs };
}

/** The detail of the TemplateFailed that `render` must end with. */
export function failureOf(render: () => unknown): string {
  try {
    render();
  } catch (error) {
    if (!LonghaulError.is(error)) throw error;
    expect(error.code).toBe('TemplateFailed');
    return String(error.params.detail);
  }
  throw new Error('The template was rendered, but should have failed.');
}
