import type { AgentOutput } from '../../domain/agents/agent-output';

/**
 * What a prompt can be made of. Every dependency is there twice: under its own name (`{{ parser.json.skills }}`) and in
 * `deps`, where names stand that a template cannot write down (`{{ deps["cv-parser"].content }}`).
 */
export interface TemplateContext {
  inputs: Record<string, unknown>;
  deps: Record<string, AgentOutput>;
  [dependency: string]: unknown;
}
