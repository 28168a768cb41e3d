import { readdirSync, readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { LonghaulError } from '../../../domain/kernel/errors';
import { messageOf } from '../../../domain/kernel/message-of';
import type { Tool } from '../tool';
import { httpToolSchema } from './declaration';
import { httpTool, type HttpToolSurroundings } from './http-tool';
import { allowTypeScriptBelow, moduleTool } from './module-tool';

export interface PlugInSurroundings extends HttpToolSurroundings {
  /** What is wrong with a JSON Schema, or nothing. */
  schemaProblem(schema: Record<string, unknown>): string | undefined;
}

const DECLARATIONS = new Set(['.yaml', '.yml', '.json']);
const MODULES = new Set(['.ts', '.js', '.cjs']);
/** Beside the tools there may be their tests, types and helpers. */
const NO_TOOL = /^[._]|\.(?:test|spec|d)\.[cm]?[jt]s$|^package(?:-lock)?\.json$|^tsconfig.*\.json$/;

/**
 * One tool per file of the folder, in the order of their names. Files that begin with "_" or "." are not looked at.
 * @throws LonghaulError UnusableFile that names the file: a tool that is silently missing is found by a failing run
 */
export function loadPlugIns(folder: string, around: PlugInSurroundings): Tool[] {
  const files = filesOf(folder);
  allowTypeScriptBelow(folder);
  return files.map((file) => loadOne(file, around));
}

function filesOf(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && !NO_TOOL.test(entry.name) && isTool(extname(entry.name)))
      .map(({ name }) => resolve(folder, name))
      .sort();
  } catch (error) {
    throw new LonghaulError('UnusableFile', { file: folder, detail: `${messageOf(error)} (tools.folder)` });
  }
}

function isTool(extension: string): boolean {
  return DECLARATIONS.has(extension) || MODULES.has(extension);
}

function loadOne(file: string, around: PlugInSurroundings): Tool {
  try {
    const tool = DECLARATIONS.has(extname(file)) ? declaredTool(file, around) : moduleTool(file);
    const problem = problemOf(tool, around);
    if (problem === undefined) return tool;
    throw new LonghaulError('UnusableFile', { file, detail: problem });
  } catch (error) {
    if (LonghaulError.is(error)) throw error;
    throw new LonghaulError('UnusableFile', { file, detail: detailOf(error) }, [], { cause: error });
  }
}

function declaredTool(file: string, around: PlugInSurroundings): Tool {
  return httpTool(httpToolSchema.parse(parse(readFileSync(file, 'utf8'))), file, around);
}

function problemOf({ parameters, pure, sideEffects }: Tool, { schemaProblem }: PlugInSurroundings): string | undefined {
  if (pure && sideEffects) return 'a tool is pure or has side effects, not both';
  if (parameters.type !== 'object') return 'parameters: expected a JSON Schema of type object';
  const problem = schemaProblem(parameters);
  return problem === undefined ? undefined : `parameters: not a valid JSON Schema: ${problem}`;
}

function detailOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return messageOf(error);
  return error.issues.map(({ path, message }) => `${path.join('.') || 'the tool'}: ${message}`).join('; ');
}
