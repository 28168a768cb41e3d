import { jsonSchemaCheck } from '../../adapters/json-schema';
import type { Tool, ToolRegistry } from '../../adapters/tools';
import { jsonBoundsFindings } from '../../domain/kernel/json-bounds';
import { didYouMean, listed } from '../../domain/kernel/suggest';
import type { ToolCall } from '../../domain/llm/chat';

/** A call that may be executed, or what to tell the model instead. */
export type JudgedCall =
  | { tool: Tool; args: Record<string, unknown> }
  /** `args`: as far as they could be read, for the record. */
  | { error: string; args: unknown };

const ARGUMENT_BOUNDS = { depthMax: 64, valuesMax: 100_000, keyCharsMax: 1_024 } as const;
const ARGUMENT_CHARS_MAX = 512 * 1024;

/** Fail closed: what is not on the agent's own list is never executed, whatever is installed. */
export function judgeCall(
  { name, argumentsJson }: ToolCall,
  allowed: readonly string[],
  tools: ToolRegistry,
): JudgedCall {
  const read = argumentsOf(argumentsJson);
  const args = 'args' in read ? read.args : argumentsJson.slice(0, 1_000);
  if (!allowed.includes(name))
    return {
      error: `There is no tool "${name.slice(0, 64)}". Your tools: ${listed(allowed)}.${didYouMean(name, allowed)}`,
      args,
    };
  const tool = tools.find(name);
  if (tool === undefined) return { error: `The tool "${name}" is not installed here any more.`, args };
  if ('problem' in read) return { error: read.problem, args };
  const wrong = argumentsProblem(tool, read.args);
  return wrong === undefined ? { tool, args: read.args } : { error: wrong, args };
}

/** What is wrong with arguments under the tool's schema, or nothing. */
export function argumentsProblem({ name, parameters }: Tool, args: Record<string, unknown>): string | undefined {
  const wrong = jsonSchemaCheck(parameters, 'arguments')(args);
  return wrong === undefined ? undefined : `The arguments do not match the schema of "${name}": ${wrong}.`;
}

/** What a model wrote as arguments, as far as anything may be done with it. */
export function argumentsOf(text: string): { args: Record<string, unknown> } | { problem: string } {
  if (text.length > ARGUMENT_CHARS_MAX)
    return { problem: `The arguments have ${text.length} characters; at most ${ARGUMENT_CHARS_MAX} are taken.` };
  const value = parsed(text.trim() === '' ? '{}' : text); // some models write nothing for no arguments
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { problem: 'The arguments are not a JSON object.' };
  const [problem] = jsonBoundsFindings(value, ARGUMENT_BOUNDS).problems;
  if (problem !== undefined) return { problem: `The arguments cannot be used: ${problem.path}: ${problem.message}` };
  return { args: value as Record<string, unknown> };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // models write what is no JSON; they are told so
  }
}
