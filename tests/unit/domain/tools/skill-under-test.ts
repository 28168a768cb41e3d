import { jsonSchemaCheck } from '../../../../src/adapters/json-schema';
import { PURE_SKILLS } from '../../../../src/domain/tools/built-in';
import type { ToolOutcome } from '../../../../src/domain/tools/tool';

/** Runs a skill as a tool call does: the arguments are checked first. */
export function use(name: string, args: Record<string, unknown>): ToolOutcome {
  const skill = PURE_SKILLS.find(({ spec }) => spec.name === name)!;
  const wrong = jsonSchemaCheck(skill.spec.parameters)(args);
  return wrong === undefined ? skill.run(args) : { ok: false, error: wrong };
}

export function valueOf(name: string, args: Record<string, unknown>): unknown {
  const outcome = use(name, args);
  return outcome.ok ? outcome.value : `Error: ${outcome.error}`;
}

export function errorOf(name: string, args: Record<string, unknown>): string {
  const outcome = use(name, args);
  return outcome.ok ? `no error: ${JSON.stringify(outcome.value)}` : outcome.error;
}
