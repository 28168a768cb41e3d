import type { ToolOutcome, ToolSpec } from './tool';

/** A built-in skill that is a function of its arguments. */
export interface Skill {
  spec: ToolSpec & { sideEffects: false; pure: true };
  /** The arguments match the schema of the spec. What is wrong with them beyond it is an outcome, never a throw. */
  run(args: Record<string, unknown>): ToolOutcome;
}

/** Longest text that a skill works on. 200,000 characters take every skill less than 50 ms. */
export const SKILL_TEXT_CHARS_MAX = 200_000;

export function succeeded(value: unknown): ToolOutcome {
  return { ok: true, value };
}

export function failed(error: string): ToolOutcome {
  return { ok: false, error };
}

/** All skills have arguments of one shape: an object without others than these. */
export function objectSchema(
  properties: Record<string, unknown>,
  required: readonly string[],
): Record<string, unknown> {
  return { type: 'object', properties, required: [...required], additionalProperties: false };
}
