import { canonicalJson } from '../kernel/canonical-json';
import type { AgentOutput } from './agent-output';

/** A person's answer as dependents read it: like a model's, a text, or JSON with its text beside it. */
export function answerOutput(answer: unknown, decidedBy: string): AgentOutput {
  const rest: Omit<AgentOutput, 'content'> = { toolCalls: [], finishReason: 'stop', model: `human:${decidedBy}` };
  return typeof answer === 'string'
    ? { content: answer, ...rest }
    : { content: canonicalJson(answer), json: answer, ...rest };
}
