import { calculator } from './calculator';
import { extract } from './extract';
import { lookup } from './lookup';
import { artifactRead, httpGet } from './outside';
import type { Skill } from './skill';
import { summarize } from './summarize';
import type { ToolSpec } from './tool';
import { transform } from './transform';

/** The skills that are functions of their arguments. */
export const PURE_SKILLS: readonly Skill[] = [calculator, extract, lookup, summarize, transform];

/** The skills that every installation has. Plug-ins and HTTP tools are added by `adapters/tools`. */
export const BUILT_IN_TOOLS: readonly ToolSpec[] = [...PURE_SKILLS.map(({ spec }) => spec), httpGet, artifactRead];

/** Whether a built-in skill needs nothing but its arguments, and so may run without an activity. */
export function isPureTool(name: string): boolean {
  return PURE_SKILLS.some(({ spec }) => spec.name === name);
}
