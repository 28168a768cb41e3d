import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve, sep } from 'node:path';
import { sha256Hex } from '../../../domain/kernel/hash';
import type { ToolOutcome } from '../../../domain/tools/tool';
import type { Tool } from '../tool';
import { moduleToolSchema } from './declaration';

const load = createRequire(__filename);

interface LoadingModule {
  _compile(code: string, file: string): void;
}

/**
 * Lets modules of this folder be TypeScript, those that they require included. With the compiler that Temporal's worker
 * brings anyway; Node can take types away by itself only from 22 on.
 */
export function allowTypeScriptBelow(folder: string): void {
  const inside = resolve(folder) + sep;
  // The registry of Node's own loader; deprecated for a decade, and still what every TypeScript runner stands on.
  const extensions = load.extensions as Record<string, ((module: LoadingModule, file: string) => void) | undefined>;
  const before = extensions['.ts'];
  extensions['.ts'] = (module, file) => {
    if (!file.startsWith(inside)) return (before ?? extensions['.js']!)(module, file);
    module._compile(javaScriptOf(file), file);
  };
}

function javaScriptOf(file: string): string {
  // Only here: it is 40 MB of native code that an installation without TypeScript plug-ins never needs.
  const { transformSync } = load('@swc/core') as typeof import('@swc/core');
  return transformSync(readFileSync(file, 'utf8'), {
    filename: file,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
    configFile: false,
    swcrc: false,
  }).code;
}

/** The tool that a module exports as `tool`, as `default`, or as itself. @throws whatever loading it throws, ZodError */
export function moduleTool(file: string): Tool {
  const exported = load(file) as { tool?: unknown; default?: unknown };
  const { execute, ...spec } = moduleToolSchema.parse(exported.tool ?? exported.default ?? exported);
  return {
    ...spec,
    revision: sha256Hex(readFileSync(file)),
    execute: async (args, context) => outcomeOf(await execute(args, context)),
  };
}

/** Plug-ins are not compiled with our types. */
function outcomeOf(answer: unknown): ToolOutcome {
  const { ok, value, error } = (answer ?? {}) as { ok?: unknown; value?: unknown; error?: unknown };
  if (ok === true) return { ok, value: value ?? null };
  if (ok === false && typeof error === 'string') return { ok, error };
  return { ok: false, error: 'The tool answered with neither {ok: true, value} nor {ok: false, error}.' };
}
