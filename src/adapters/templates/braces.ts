import type { AgentOutput } from '../../domain/agents/agent-output';
import { OUTPUT_FIELDS, type TemplateReferences } from '../../domain/agents/template-references';
import { didYouMean, listed } from '../../domain/kernel/suggest';
import { sizeProblem } from './parse-template';
import type { TemplateContext } from './template-context';
import { boundOutput, templateFailure } from './template-failure';

/**
 * The original's templates: `{data}`, `{agent}`, `{agent.field}`, `{list[0]}`. Doubled braces round a name stand for
 * themselves (`{{name}}` writes `{name}`); all other braces stay as they are, so JSON in a prompt needs no care.
 */
const NAME = '[A-Za-z_][\\w-]*(?:\\.[\\w-]+|\\[\\d{1,9}\\])*';
const PLACEHOLDER = new RegExp(`\\{\\{(${NAME})\\}\\}|\\{(${NAME})\\}`, 'g');
const LOOKS_LIKE_JINJA = /\{%|\{\{\s+[A-Za-z_]/;

export function bracesReferences(template: string): TemplateReferences {
  const found: TemplateReferences = { names: [], problems: [], warnings: [] };
  const tooMuch = sizeProblem(template);
  if (tooMuch !== undefined) found.problems.push(tooMuch);
  if (LOOKS_LIKE_JINJA.test(template))
    found.warnings.push('The template looks like Jinja, but its templateSyntax is braces.');
  for (const [, , name] of template.matchAll(PLACEHOLDER)) {
    if (name === undefined) continue;
    const [root, ...path] = segmentsOf(name);
    found.names.push({ root: String(root), path, optional: false });
  }
  return found;
}

/** @throws LonghaulError TemplateFailed */
export function renderBraces(template: string, context: TemplateContext): string {
  const tooMuch = sizeProblem(template);
  if (tooMuch !== undefined) throw templateFailure(tooMuch);
  let filledChars = 0;
  const fill = (_whole: string, escaped: string | undefined, name: string): string => {
    if (escaped !== undefined) return `{${escaped}}`;
    const value = textOf(valueOf(name, context));
    filledChars += value.length;
    boundOutput(filledChars); // as it grows, because twenty thousand placeholders may name one large output
    return value;
  };
  const text = template.replace(PLACEHOLDER, fill);
  boundOutput(text.length);
  return text;
}

function segmentsOf(name: string): (string | number)[] {
  return name.split(/[.[]/).map((part) => (part.endsWith(']') ? Number(part.slice(0, -1)) : part));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function valueOf(name: string, { inputs, deps }: TemplateContext): unknown {
  const [root, ...path] = segmentsOf(name);
  const word = String(root);
  if (Object.hasOwn(deps, word)) return outputValue(deps[word]!, word, path);
  if (word === 'inputs') return member(inputs, path, 'inputs');
  if (word === 'deps') return member(deps, path, 'deps');
  if (Object.hasOwn(inputs, word)) return member(inputs[word], path, word);
  const known = [...Object.keys(deps), ...Object.keys(inputs)];
  throw templateFailure(
    `{${name}}: "${word}" is not defined. Known names: ${listed(known)}.${didYouMean(word, known)}`,
  );
}

/** `{agent}` is its text, `{agent.content}` a field of its output, `{agent.anything}` a field of its JSON. */
function outputValue(output: AgentOutput, name: string, path: readonly (string | number)[]): unknown {
  if (path.length === 0) return output.content;
  const isField = OUTPUT_FIELDS.some((field) => field === path[0]);
  return isField ? member(output, path, name) : member(output.json, path, `${name}.json`);
}

function member(start: unknown, path: readonly (string | number)[], shown: string): unknown {
  let value = start;
  let at = shown;
  for (const segment of path) {
    const inside = typeof value === 'object' && value !== null && Object.hasOwn(value, segment);
    if (!inside) throw templateFailure(`${at}.${segment} does not exist. ${at} ${contents(value)}`);
    value = (value as Record<string | number, unknown>)[segment];
    at = `${at}.${segment}`;
  }
  if (value === undefined) throw templateFailure(`${at} does not exist.`);
  return value;
}

function contents(value: unknown): string {
  if (Array.isArray(value)) return `is a list of ${value.length}.`;
  if (typeof value === 'object' && value !== null) return `has: ${listed(Object.keys(value))}.`;
  return `is ${value === undefined ? 'not there' : JSON.stringify(value).slice(0, 60)}.`;
}
