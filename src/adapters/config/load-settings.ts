import type { z } from 'zod';
import { LonghaulError, type Problem } from '../../domain/kernel/errors';
import { describeSettings } from './describe-settings';
import { commandLineLayer, dotEnvLayer, environmentLayer, fileLayer, type Entry, type Origin } from './layers';
import { masked } from './mask';
import { settingsSchema, type Settings } from './settings';

/** Some of the settings, nested as in {@link Settings}. */
export type SettingOverrides = {
  [Section in keyof Settings]?: Settings[Section] extends object ? Partial<Settings[Section]> : Settings[Section];
};

export interface LoadOptions {
  /** From the command line. */
  argv?: SettingOverrides | Record<string, unknown>;
  env: NodeJS.ProcessEnv;
  /** Where longhaul.yaml, config/config.json and .env are looked for. */
  cwd: string;
}

export interface LoadedSettings {
  settings: Settings;
  /** By dotted path, for every setting. */
  origins: ReadonlyMap<string, Origin>;
}

/**
 * Command line before environment (and `.env`) before longhaul.yaml (or config/config.json) before defaults.
 * @throws LonghaulError InvalidConfiguration with every problem at once; secrets are masked in it.
 */
export function loadSettings({ argv = {}, env, cwd }: LoadOptions): LoadedSettings {
  const layers = [fileLayer(cwd), dotEnvLayer(cwd), environmentLayer(env), commandLineLayer(argv)];
  const entries = new Map(layers.flatMap((layer) => [...layer.entries]));
  const parsed = settingsSchema.safeParse(nested(entries));
  const problems = [
    ...layers.flatMap((layer) => layer.problems),
    ...oddities(entries),
    ...(parsed.error?.issues ?? []).map((issue) => problemOf(issue, entries)),
  ];
  if (!parsed.success || problems.length > 0) throw invalid(problems);
  const origins = describeSettings().map(({ path }) => [path, entries.get(path)?.origin ?? 'default'] as const);
  return { settings: parsed.data, origins: new Map(origins) };
}

/** Only paths of the schema get here, so no key can reach a prototype. */
function nested(entries: ReadonlyMap<string, Entry>): object {
  const root: Record<string, unknown> = {};
  for (const [path, { value }] of entries) {
    const [last, ...sections] = path.split('.').reverse() as [string, ...string[]];
    const section = sections.reverse().reduce((object, name) => (object[name] ??= {}) as Record<string, unknown>, root);
    section[last] = value;
  }
  return root;
}

/** Number settings coerce text, for the environment; that must not turn `true`, null or a list into a number. */
function oddities(entries: ReadonlyMap<string, Entry>): Problem[] {
  const lists = new Set(describeSettings().flatMap(({ path, list }) => (list ? [path] : [])));
  return [...entries]
    .filter(([path, { value }]) => typeof value !== 'string' && typeof value !== 'number' && !lists.has(path))
    .map(([path, entry]) => ({ path, message: `${givenText(path, entry)}; expected a text or a number.` }));
}

function problemOf(issue: z.core.$ZodIssue, entries: ReadonlyMap<string, Entry>): Problem {
  const path = issue.path.join('.');
  const entry = entries.get(path);
  return { path, message: entry ? `${givenText(path, entry)}; expected ${expectation(issue)}.` : issue.message };
}

function givenText(path: string, { value, origin }: Entry): string {
  const setting = describeSettings().find((candidate) => candidate.path === path);
  const shown = setting?.secret ? masked(value) : JSON.stringify(value);
  const name = origin === 'environment' || origin === '.env' ? `${setting?.env} (${origin})` : origin;
  return `${name} gives ${shown}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `a ${issue.expected}`;
    case 'invalid_format':
      return issue.format === 'url' ? 'a URL such as http://127.0.0.1:8080' : `a valid ${issue.format}`;
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`;
    case 'too_small':
      return issue.origin === 'string'
        ? `at least ${issue.minimum} characters`
        : `a number ${issue.inclusive ? '>=' : '>'} ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `at most ${issue.maximum} characters`
        : `a number ${issue.inclusive ? '<=' : '<'} ${issue.maximum}`;
    default:
      return issue.message;
  }
}

function invalid(problems: readonly Problem[]): LonghaulError {
  const lines = problems.map(({ path, message }) => `\n  ${path}: ${message}`);
  return new LonghaulError(
    'InvalidConfiguration',
    { detail: `${problems.length} problem(s).${lines.join('')}` },
    problems,
  );
}
