import type { Problem } from '../kernel/errors';
import { Hints, listed } from '../kernel/suggest';
import { firstIndexByName } from './graph-checks';
import type { AgentOutline, ParsedGraph } from './graph-outline';
import { OUTPUT_FIELDS, type ReadReferences, type TemplateName } from './template-references';

export interface Findings {
  problems: Problem[];
  warnings: Problem[];
}

/** The same for all templates of a graph. */
interface Shared {
  indexByName: ReadonlyMap<string, number>;
  hints: Hints;
}

/** What one agent's template could see if it asked for it. */
interface Sight extends Shared {
  dependencies: ReadonlyMap<string, AgentOutline | undefined>;
  inputNames: readonly string[];
  /** `{data}` of the braces syntax stands for `inputs.data` when no dependency has that name. */
  bareInputs: boolean;
  /** For messages. */
  known: readonly string[];
  /** Parts of names with a dash: `{{ a-b.content }}` means "a minus b.content" to Jinja. */
  dashed: ReadonlyMap<string, string>;
}

/** Names that templates read but that no dependency or input provides, as far as this can be known before a run. */
export function templateFindings(parsed: ParsedGraph, read: ReadReferences): Findings {
  const findings: Findings = { problems: [], warnings: [] };
  const shared: Shared = { indexByName: firstIndexByName(parsed.agents), hints: new Hints() };
  for (const agent of parsed.agents) {
    const sight = sightOf(agent, parsed, shared);
    for (const template of agent.templates) collect(findings, template, agent.templateSyntax, sight, read);
  }
  return findings;
}

function sightOf(agent: AgentOutline, { agents, inputNames }: ParsedGraph, shared: Shared): Sight {
  const names = agent.dependencies.filter((name) => name !== undefined);
  const bareInputs = agent.templateSyntax === 'braces';
  return {
    ...shared,
    dependencies: new Map(names.map((name) => [name, agents[shared.indexByName.get(name) ?? -1]])),
    inputNames,
    bareInputs,
    known: ['inputs', 'deps', ...names, ...(bareInputs ? inputNames : [])],
    dashed: new Map(
      names.flatMap((name) => (name.includes('-') ? name.split('-').map((part) => [part, name] as const) : [])),
    ),
  };
}

function collect(
  into: Findings,
  template: AgentOutline['templates'][number],
  syntax: AgentOutline['templateSyntax'],
  sight: Sight,
  read: ReadReferences,
): void {
  const references = read(template.text, syntax);
  const at = (message: string): Problem => ({ path: template.path, message });
  into.problems.push(...references.problems.map(at));
  into.warnings.push(...references.warnings.map(at));
  for (const name of distinct(references.names)) {
    into.problems.push(...problemsOf(name, sight).map(at));
    if (!name.optional) into.warnings.push(...warningsOf(name, sight).map(at));
  }
}

/** One of each; optional when the template tests it anywhere, as in `{% if a.b is defined %}{{ a.b }}{% endif %}`. */
function distinct(names: readonly TemplateName[]): TemplateName[] {
  const byText = new Map<string, TemplateName>();
  for (const name of names) {
    const text = [name.root, ...name.path].join('.');
    byText.set(text, { ...name, optional: name.optional || (byText.get(text)?.optional ?? false) });
  }
  return [...byText.values()];
}

/** The dependency that a name reads, the members after it, and how the template writes it. */
interface Reading {
  dependency: string;
  members: TemplateName['path'];
  shown: string;
  optional: boolean;
}

function readingOf({ root, path, optional }: TemplateName, sight: Sight): Reading | undefined {
  if (root === 'inputs') return undefined;
  if (root !== 'deps') {
    const isInput = sight.bareInputs && !sight.dependencies.has(root) && sight.inputNames.includes(root);
    return isInput ? undefined : { dependency: root, members: path, shown: root, optional };
  }
  const [name, ...members] = path;
  return typeof name === 'string' ? { dependency: name, members, shown: `deps["${name}"]`, optional } : undefined;
}

function problemsOf(name: TemplateName, sight: Sight): string[] {
  const reading = readingOf(name, sight);
  if (reading === undefined) return [];
  if (!sight.dependencies.has(reading.dependency))
    return isRunInput(reading, sight) ? [] : [unknownName(reading.dependency, sight)];
  const [field] = reading.members;
  if (field === undefined) return [];
  if (!OUTPUT_FIELDS.some((known) => known === field)) {
    if (sight.bareInputs) return jsonProblems({ ...reading, members: ['json', ...reading.members] }, sight); // `{agent.field}` is a field of its JSON
    return [
      `The template reads ${reading.shown}.${field}; an output has: ${OUTPUT_FIELDS.join(', ')}.${sight.hints.for(String(field), OUTPUT_FIELDS)}`,
    ];
  }
  return field === 'json' ? jsonProblems(reading, sight) : [];
}

/** `{data}` of the braces syntax may be an input that a run brings. */
function isRunInput({ dependency, shown }: Reading, { bareInputs, indexByName }: Sight): boolean {
  return bareInputs && shown === dependency && !indexByName.has(dependency);
}

function jsonProblems(reading: Reading, sight: Sight): string[] {
  const dependency = sight.dependencies.get(reading.dependency);
  if (dependency?.json === false)
    return [
      `The template reads ${reading.shown}.json, but "${dependency.name}" answers in text. Give it \`responseFormat: json\`.`,
    ];
  return dependency?.jsonFields?.closed === true && !reading.optional ? unnamedField(reading, sight) : [];
}

function unnamedField({ dependency, members: [, member], shown }: Reading, sight: Sight): string[] {
  const fields = sight.dependencies.get(dependency)?.jsonFields?.names;
  if (fields === undefined || typeof member !== 'string' || fields.includes(member)) return [];
  const start = `The template reads ${shown}.json.${member}, which the response schema of "${dependency}" does not name`;
  return [`${start}. It names: ${listed(fields)}.${sight.hints.for(member, fields)}`];
}

function warningsOf(name: TemplateName, sight: Sight): string[] {
  if (name.root === 'inputs') return missingInput(name.path[0], sight.inputNames);
  const reading = readingOf(name, sight);
  if (reading !== undefined && !sight.dependencies.has(reading.dependency)) {
    return isRunInput(reading, sight) ? missingInput(reading.dependency, sight.inputNames) : [];
  }
  const fields = sight.dependencies.get(reading?.dependency ?? '')?.jsonFields;
  return reading?.members[0] === 'json' && fields?.closed === false ? unnamedField(reading, sight) : [];
}

function missingInput(name: string | number | undefined, inputNames: readonly string[]): string[] {
  if (name === undefined || inputNames.includes(String(name))) return [];
  return [
    `The template reads inputs.${name}, which the graph's own inputs lack (they have: ${listed(inputNames)}). Every run must bring it.`,
  ];
}

function unknownName(name: string, { indexByName, known, hints, dashed }: Sight): string {
  const start = `The template names "${name}", which is no dependency of this agent`;
  if (indexByName.has(name)) return `${start}. Add "${name}" to its dependencies.`;
  const whole = dashed.get(name);
  const dashHint =
    whole === undefined ? '' : ` The agent "${whole}" is read as deps["${whole}"], because "-" subtracts.`;
  return `${start}. Known names: ${listed(known)}.${hints.for(name, known)}${dashHint}`;
}
