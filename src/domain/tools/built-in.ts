import type { ToolSpec } from './tool';

/** The skills that every installation has. Plug-ins and HTTP tools are added by `adapters/tools`. */
export const BUILT_IN_TOOLS: readonly ToolSpec[] = [];

/** Whether a built-in skill needs nothing but its arguments, and so may run without an activity. */
export function isPureTool(name: string): boolean {
  return BUILT_IN_TOOLS.some((tool) => tool.name === name && tool.pure);
}
