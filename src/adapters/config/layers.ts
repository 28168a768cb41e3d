import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Problem } from '../../domain/kernel/errors';
import { didYouMean, nearestWord } from '../../domain/kernel/suggest';
import { readConfigFile } from './config-file';
import { describeSettings } from './describe-settings';

/** Where a value came from, as a person reads it: `command line`, `environment`, `.env`, `longhaul.yaml`, `default`. */
export type Origin = string;

export interface Entry {
  value: unknown;
  origin: Origin;
}

/** The values that one source gives, by dotted path, and what is wrong with its keys. */
export interface Layer {
  entries: Map<string, Entry>;
  problems: Problem[];
}

const ENV_PREFIX = 'LONGHAUL_';

/** Overrides from the command line, nested or by dotted path: `{api: {port: 0}}` or `{'api.port': 0}`. */
export function commandLineLayer(overrides: object): Layer {
  return nestedLayer(overrides, 'command line');
}

/** longhaul.yaml or config/config.json of that folder. @throws LonghaulError InvalidConfiguration when unreadable. */
export function fileLayer(cwd: string): Layer {
  const file = readConfigFile(cwd);
  return file ? nestedLayer(file.content, file.name) : { entries: new Map(), problems: [] };
}

/**
 * Known names only, and an empty value counts as not set (compose files pass empty ones on). A name of ours that looks
 * like a misspelt setting is an error: a limit that is silently not applied costs money.
 */
export function environmentLayer(env: NodeJS.ProcessEnv, origin: Origin = 'environment'): Layer {
  const settings = describeSettings();
  const given = settings.filter(({ env: name }) => env[name] !== undefined && env[name] !== '');
  const suffixes = settings
    .filter((setting) => setting.env.startsWith(ENV_PREFIX))
    .map((setting) => setting.env.slice(ENV_PREFIX.length));
  const strangers = Object.keys(env).filter(
    (name) => name.startsWith(ENV_PREFIX) && !settings.some((setting) => setting.env === name),
  );
  return {
    entries: new Map(given.map(({ path, env: name }) => [path, { value: env[name], origin }])),
    problems: strangers.flatMap((name) => {
      const nearest = nearestWord(name.slice(ENV_PREFIX.length), suffixes);
      return nearest === undefined
        ? []
        : [{ path: name, message: `Unknown variable (${origin}). Did you mean "${ENV_PREFIX}${nearest}"?` }];
    }),
  };
}

/** `.env` of that folder: for those who keep their keys there. */
export function dotEnvLayer(cwd: string): Layer {
  const file = join(cwd, '.env');
  return environmentLayer(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}, '.env');
}

function nestedLayer(content: object, origin: Origin): Layer {
  const layer: Layer = { entries: new Map(), problems: [] };
  collect(content, [], origin, layer);
  return layer;
}

function collect(content: object, above: readonly string[], origin: Origin, layer: Layer): void {
  const paths = describeSettings().map(({ path }) => path);
  for (const [key, value] of Object.entries(content)) {
    const path = [...above, key].join('.');
    if (value === undefined) continue;
    if (paths.includes(path)) layer.entries.set(path, { value, origin });
    else if (isSection(path, paths)) collectSection(value, path, origin, layer);
    else layer.problems.push(unknownKey(path, above.join('.'), origin, paths));
  }
}

function collectSection(value: unknown, path: string, origin: Origin, layer: Layer): void {
  if (value === null) return; // "api:" with nothing below it
  if (typeof value === 'object' && !Array.isArray(value)) collect(value, path.split('.'), origin, layer);
  else layer.problems.push({ path, message: `Expected settings below it, got ${JSON.stringify(value)} (${origin}).` });
}

function isSection(path: string, paths: readonly string[]): boolean {
  return paths.some((known) => known.startsWith(`${path}.`));
}

/** Suggests a neighbour first (`api.prot` → `api.port`), then a whole path (`port` → nothing near, `api_port` → `api.port`). */
function unknownKey(path: string, section: string, origin: Origin, paths: readonly string[]): Problem {
  const depth = section === '' ? 0 : section.split('.').length;
  const siblings = new Set(
    paths
      .filter((known) => section === '' || known.startsWith(`${section}.`))
      .map((known) =>
        known
          .split('.')
          .slice(0, depth + 1)
          .join('.'),
      ),
  );
  const hint = didYouMean(path, siblings) || didYouMean(path, paths);
  return { path, message: `Unknown setting (${origin}).${hint || ` Known here: ${[...siblings].join(', ')}.`}` };
}
