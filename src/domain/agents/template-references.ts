import type { Agent } from './agent-graph';
import type { AgentOutput } from './agent-output';

export type TemplateSyntax = Agent['templateSyntax'];

/** A name that a template reads from outside, with the members that follow as far as they are literal. */
export interface TemplateName {
  root: string;
  path: (string | number)[];
  /** The template tests it (`is defined`) or gives a `default(…)`: it may be absent without harm. */
  optional: boolean;
}

export interface TemplateReferences {
  names: TemplateName[];
  problems: string[];
  warnings: string[];
}

/** Passed in, because reading a template needs its parser, which this folder does not have. */
export type ReadReferences = (template: string, syntax: TemplateSyntax) => TemplateReferences;

export const OUTPUT_FIELDS: readonly (keyof AgentOutput)[] = ['content', 'json', 'toolCalls', 'finishReason', 'model'];
