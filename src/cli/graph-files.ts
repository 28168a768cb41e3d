import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { parse } from 'yaml';
import type { GraphCreated } from '../contracts/api.schema';
import { LonghaulError } from '../domain/kernel/errors';
import type { ApiClient, Body } from '../client/api-client';
import { asGiven } from './http/as-given';
import type { Console } from './view/console';

/** A definition as it is sent, a graph or a scenario. @throws LonghaulError UnusableFile */
export function readBody(file: string): Body {
  return { content: readText(file), type: extname(file) === '.json' ? 'application/json' : 'application/yaml' };
}

/** A definition as a part of another document. @throws LonghaulError UnusableFile */
export function readDefinition(file: string): unknown {
  return parsed(file);
}

/** Sent as it is: the API names every problem with its path, also those of YAML. */
export async function storeGraph(api: ApiClient, body: Body, console: Console): Promise<GraphCreated> {
  const graph = await api.send<GraphCreated>('POST', '/graphs', body);
  for (const { path, message } of graph.warnings) console.note(`warning: ${path}: ${message}`);
  return graph;
}

export async function storeGraphFile(api: ApiClient, file: string, console: Console): Promise<GraphCreated> {
  return await asGiven({ file }, () => storeGraph(api, readBody(file), console));
}

/** Inputs by name. @throws LonghaulError UnusableFile when the file is anything but a mapping */
export function readInputs(file: string | undefined): Record<string, unknown> {
  return readMapping(file, 'inputs by name, such as "date: 2026-01-30"');
}

/** Empty when no file was named. @throws LonghaulError UnusableFile when the file is anything but a mapping */
export function readMapping(file: string | undefined, expected: string): Record<string, unknown> {
  if (file === undefined) return {};
  const content = parsed(file);
  if (content === null) return {}; // an empty file, or one with comments only
  if (typeof content === 'object' && !Array.isArray(content)) return content as Record<string, unknown>;
  const found = Array.isArray(content) ? 'a list' : `a ${typeof content}`;
  throw new LonghaulError('UnusableFile', {
    file,
    detail: `it holds ${found}; expected ${expected}.`,
  });
}

export interface BatchFile {
  runs: { graph?: unknown }[];
}

/** Only what is needed to find graph files in it; the API checks the rest. @throws LonghaulError UnusableFile */
export function readBatch(file: string): BatchFile {
  const content = (parsed(file) ?? {}) as Partial<BatchFile>;
  const { runs } = content;
  if (Array.isArray(runs) && runs.every((run) => typeof run === 'object' && run !== null)) return { ...content, runs };
  throw new LonghaulError('UnusableFile', {
    file,
    detail: 'expected a mapping with "runs", a list of mappings such as "- graph: greeting.yaml".',
  });
}

function parsed(file: string): unknown {
  const text = readText(file);
  try {
    return parse(text); // JSON is YAML
  } catch (error) {
    throw new LonghaulError('UnusableFile', { file, detail: (error as Error).message });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new LonghaulError('UnusableFile', { file, detail: READ_PROBLEMS[code ?? ''] ?? message });
  }
}

const READ_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: `there is no such file (paths begin at ${process.cwd()}).`,
  EISDIR: 'it is a folder; name a file in it.',
};
