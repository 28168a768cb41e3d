import { LonghaulError } from '../../domain/kernel/errors';
import { BoundedInterpreter } from './bounded-interpreter';
import { Environment, type Node, type Scope } from './jinja';
import { parseTemplate } from './parse-template';
import { placesOf } from './places';
import { boundedRange } from './range';
import { GLOBALS } from './supported';
import type { TemplateContext } from './template-context';
import { boundOutput, templateFailure } from './template-failure';

/** @throws LonghaulError TemplateFailed */
export function renderJinja(template: string, context: TemplateContext): string {
  const parsed = parseTemplate(template);
  if ('problem' in parsed) throw templateFailure(parsed.problem);
  try {
    const text = evaluated(parsed.program, rootsOf(context));
    boundOutput(text.length);
    return text;
  } catch (error) {
    throw asFailure(error);
  }
}

function evaluated(program: Node, roots: ReadonlyMap<string, unknown>): string {
  const scope = scopeOf(roots);
  const value = new BoundedInterpreter(scope, placesOf(program), [...roots.keys()]).evaluate(program, scope);
  return value?.value as string; // a program's value is always text
}

/** Names that a template can write down; the others are reached through `deps["…"]`. */
function rootsOf(context: TemplateContext): Map<string, unknown> {
  const entries = Object.entries(context).filter(([name]) => /^[A-Za-z_]\w*$/.test(name) && !GLOBALS.has(name));
  return new Map(entries);
}

/** Built by hand instead of with the library's globals: no clock, no `raise_exception`, a bounded `range`. */
function scopeOf(roots: ReadonlyMap<string, unknown>): Scope {
  const scope = new Environment();
  for (const [name, value] of [
    ['true', true],
    ['false', false],
    ['none', null],
    ['True', true],
    ['False', false],
    ['None', null],
  ] as const)
    scope.set(name, value);
  scope.set('range', boundedRange);
  for (const [name, value] of roots) scope.set(name, value);
  return scope;
}

/** The library's own errors are plain ones: an operation on the wrong type, or the end of the stack. */
function asFailure(error: unknown): LonghaulError {
  if (LonghaulError.is(error)) return error;
  if (error instanceof RangeError) return templateFailure('it nests too deeply.');
  return templateFailure(error instanceof Error ? error.message.slice(0, 500) : 'the interpreter stopped.');
}
