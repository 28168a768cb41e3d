import type { TemplateReferences, TemplateSyntax } from '../../domain/agents/template-references';
import { bracesReferences, renderBraces } from './braces';
import type { Node } from './jinja';
import { parseTemplate } from './parse-template';
import { ReferenceReader } from './references';
import { renderJinja } from './render-jinja';
import type { TemplateContext } from './template-context';

export { TEMPLATE_LIMITS } from './limits';
export type { TemplateContext } from './template-context';

/**
 * The prompt for one agent, made of its template, the run's inputs and its dependencies' outputs. Deterministic: the
 * same arguments give the same text, on any machine and in every retry.
 *
 * @throws LonghaulError TemplateFailed: a name that is not defined (says what exists), a size or work limit, a bad
 *   template. The caller adds the parameter `agent`.
 */
export function renderTemplate(template: string, syntax: TemplateSyntax, context: TemplateContext): string {
  return syntax === 'braces' ? renderBraces(template, context) : renderJinja(template, context);
}

/** The names that a template reads from outside, and what is wrong with it, without rendering it. Never throws. */
export function readReferences(template: string, syntax: TemplateSyntax): TemplateReferences {
  if (syntax === 'braces') return bracesReferences(template);
  const parsed = parseTemplate(template);
  if ('problem' in parsed) return { names: [], problems: [parsed.problem], warnings: [] };
  const found = namesOf(parsed.program);
  return { ...found, warnings: [...found.warnings, ...loneBraces(parsed.texts)] };
}

/** A thousand operators in a row parse into a tree a thousand levels deep, which only walking it finds out. */
function namesOf(program: Node): TemplateReferences {
  try {
    return new ReferenceReader(program).found;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { names: [], problems: ['The template nests too deeply.'], warnings: [] };
  }
}

/** Somebody who writes `{data}` mostly means the other syntax, but it may be meant as text. */
function loneBraces(texts: readonly string[]): string[] {
  const names = new Set(
    texts.flatMap((text) => [...text.matchAll(/\{([A-Za-z_][\w.-]*)\}/g)].map((match) => match[1]!)),
  );
  return [...names]
    .slice(0, 10)
    .map((name) => `"{${name}}" is plain text to Jinja. Write {{ ${name} }}, or set templateSyntax to braces.`);
}
