import { nameProblem } from '../domain/agents/agent-name';
import type { Problem } from '../domain/kernel/errors';
import { jsonBoundsFindings } from '../domain/kernel/json-bounds';
import { problemPath } from '../domain/kernel/problem-path';
import { didYouMean, listed } from '../domain/kernel/suggest';
import { scenarioFindings } from '../domain/scenarios/check';
import type { ScenarioDefinition } from '../domain/scenarios/definition';
import { type Fields, respell } from './field-aliases';
import { shown } from './issue-text.schema';
import { type Prepared, schemaProblems } from './read-fields.schema';
import { EVENT_TYPES } from './scenario-event.schema';
import { SCENARIO_LIMITS } from './scenario-fields.schema';
import { SCENARIO_ALIASES, scenarioSchema } from './scenario.schema';
import { isFields, Spelling, valueAt } from './spelling';

export interface ParsedScenario {
  /** With every default filled in; only when there is no problem. */
  definition?: ScenarioDefinition;
  problems: Problem[];
}

const BOUNDS = {
  depthMax: 12,
  valuesMax: 20_000,
  charsMax: SCENARIO_LIMITS.definitionCharsMax,
  keyCharsMax: 128,
} as const;

/**
 * Everything that is wrong with the shape of a definition at once; when that is in order, everything in it that does not fit
 * together; or else the scenario it describes. Never throws on any data.
 */
export function parseScenario(raw: unknown): ParsedScenario {
  const bounds = jsonBoundsFindings(raw, BOUNDS);
  if (!bounds.usable) return { problems: bounds.problems };
  if (!isFields(raw))
    return { problems: [{ path: '(root)', message: `Expected a scenario (an object), got ${shown(raw)}.` }] };
  const prepared = prepareDeep(raw);
  const { data, error } = scenarioSchema.safeParse(prepared.fields);
  const problems = oncePerPath([
    ...bounds.problems,
    ...prepared.problems,
    ...nameProblems(prepared),
    ...eventTypeProblems(prepared),
    ...criteriaProblems(prepared),
    ...schemaProblems(error, prepared, [], (path) => knownAt(prepared, path)),
  ]);
  if (problems.length > 0 || data === undefined) return { problems };
  const inconsistent = scenarioFindings(data).map(({ path, message }) => ({
    ...{ path: problemPath(prepared.spelling.of(path)), message },
  }));
  return inconsistent.length > 0 ? { problems: inconsistent } : { definition: data, problems };
}

/** Criteria are names of their own, not fields. */
const OWN_NAMES = 'successCriteria';

/** Every field of every object under its own name. */
function prepareDeep(raw: Fields): Prepared {
  const spelling = new Spelling();
  const problems: Problem[] = [];
  const prepare = (value: unknown, path: readonly PropertyKey[]): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => prepare(item, [...path, index]));
    if (!isFields(value) || path[0] === OWN_NAMES) return value;
    const respelt = respell(value, SCENARIO_ALIASES, spelling.of(path));
    spelling.note(path, respelt.spelling);
    problems.push(...respelt.problems);
    return Object.fromEntries(
      Object.entries(respelt.fields).map(([field, inner]) => [field, prepare(inner, [...path, field])]),
    );
  };
  return { fields: prepare(raw, []) as Fields, spelling, problems };
}

function nameProblems({ fields, spelling }: Prepared): Problem[] {
  const roles = valueAt(fields, ['multiAgentConfig', 'roles']);
  const named: [PropertyKey[], unknown][] = [
    [['scenarioName'], fields.scenarioName],
    ...listOf(roles).map((role, index): [PropertyKey[], unknown] => [
      ['multiAgentConfig', 'roles', index, 'name'],
      isFields(role) ? role.name : undefined,
    ]),
  ];
  return named.flatMap(([path, name]) => {
    const message = typeof name === 'string' ? nameProblem(name) : undefined;
    return message === undefined ? [] : [{ path: problemPath(spelling.of(path)), message }];
  });
}

/** In the words of the product: the schema only says that no variant fits. */
function eventTypeProblems({ fields, spelling }: Prepared): Problem[] {
  return listOf(fields.externalEvents).flatMap((event, index) => {
    const type = isFields(event) ? event.type : undefined;
    if (typeof type === 'string' && EVENT_TYPES.includes(type)) return [];
    const hint =
      (typeof type === 'string' ? didYouMean(type, EVENT_TYPES) : '') || ` Known: ${listed(EVENT_TYPES, 20)}.`;
    const path = problemPath(spelling.of(['externalEvents', index, 'type']));
    return [{ path, message: `Expected a type of event, got ${shown(type)}.${hint}` }];
  });
}

/** How many there are, and that each has a value that could be one; what they mean is judged later. */
function criteriaProblems({ fields: { successCriteria }, spelling }: Prepared): Problem[] {
  if (!isFields(successCriteria)) return [];
  const at = (...path: string[]) => problemPath([...spelling.of([OWN_NAMES]), ...path]);
  const count = Object.keys(successCriteria).length;
  if (count < 1 || count > SCENARIO_LIMITS.criteriaMax)
    return [{ path: at(), message: `Expected 1 to ${SCENARIO_LIMITS.criteriaMax} criteria, got ${count}.` }];
  return Object.entries(successCriteria).flatMap(([name, target]) =>
    typeof target === 'number' || typeof target === 'boolean'
      ? []
      : [{ path: at(name), message: `Expected a number, or true or false, got ${shown(target)}.` }],
  );
}

/** The fields of the object at a path, for hints. */
function knownAt({ fields }: Prepared, path: readonly PropertyKey[]): readonly string[] {
  return keysAt(scenarioSchema, path, fields);
}

/** A schema as far as its keys can be read from it: wrapped, a list, a choice by `type`, or an object. */
interface Readable {
  def: { type: string; innerType?: Readable; element?: Readable; options?: readonly Readable[] };
  shape?: Readonly<Record<string, Readable>>;
}

function keysAt(root: unknown, path: readonly PropertyKey[], fields: Fields): readonly string[] {
  let schema: Readable | undefined = unwrapped(root as Readable);
  path.forEach((segment, depth) => {
    const value = valueAt(fields, path.slice(0, depth + 1));
    const next = typeof segment === 'number' ? schema?.def.element : schema?.shape?.[String(segment)];
    schema = next && chosen(unwrapped(next), value);
  });
  return Object.keys(schema?.shape ?? {});
}

function unwrapped(schema: Readable): Readable {
  return schema.def.innerType === undefined ? schema : unwrapped(schema.def.innerType);
}

function chosen(schema: Readable, value: unknown): Readable {
  const options = schema.def.options ?? [];
  const fits = options.find((option) => isFields(value) && literalOf(option) === value.type);
  return fits ?? schema;
}

function literalOf(option: Readable): unknown {
  const type = option.shape?.type as { value?: unknown } | undefined;
  return type?.value;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, SCENARIO_LIMITS.eventsMax) : [];
}

/** The first finding about a place is the plainest; what the schema adds about the same place only repeats it. */
function oncePerPath(problems: Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ path }) => !seen.has(path) && seen.add(path));
}
