import type { ChatAnswer, FinishReason, ToolCall } from '../llm/chat';
import type { Problem } from '../kernel/errors';
import { jsonBoundsFindings } from '../kernel/json-bounds';
import { TOOL_CALLS_PER_ANSWER_MAX } from '../tools/tool';
import type { LlmAgent } from './agent-graph';

/** What an agent hands to those who depend on it; the payload of its output artifact. */
export interface AgentOutput {
  content: string;
  json?: unknown;
  toolCalls: ToolCall[];
  finishReason: FinishReason;
  model: string;
}

export type Interpretation =
  | { ok: true; output: AgentOutput }
  /** The model wants tools first; how many of them are executed (from the front). */
  | { ok: 'tools'; count: number }
  | { ok: false; detail: string; askAgain: boolean };

/** Returns what is wrong with a value under the agent's schema, or undefined. */
export type SchemaCheck = (value: unknown) => string | undefined;

/**
 * What templates of dependents can read, and what canonical JSON can write: its recursion ends near 3,000 levels, and an
 * answer that is paid for must not fail to be stored.
 */
const ANSWER_BOUNDS = { depthMax: 64, valuesMax: 500_000, keyCharsMax: 1_024 } as const;
const DETAIL_CHARS_MAX = 300;

/**
 * Decides whether an answer is what was asked for. Pure, because it is asked twice of the same answer: when it is paid,
 * and when a retry finds it stored.
 */
export function interpretAnswer(
  answer: ChatAnswer,
  { llmConfig: config, tools }: Pick<LlmAgent, 'llmConfig' | 'tools'>,
  check?: SchemaCheck,
): Interpretation {
  const { content, toolCalls, finishReason, model } = answer;
  if (toolCalls.length > 0 && tools.length > 0)
    return { ok: 'tools', count: Math.min(toolCalls.length, TOOL_CALLS_PER_ANSWER_MAX) };
  if (finishReason === 'refusal' || finishReason === 'content_filter') {
    return { ok: false, askAgain: false, detail: `The model declined to answer (${finishReason}).` };
  }
  const output: AgentOutput = { content, toolCalls, finishReason, model };
  if (config.responseFormat !== 'json' && config.responseSchema === undefined) return { ok: true, output };
  const json = parseJsonAnswer(content);
  if (json === undefined) return { ok: false, askAgain: true, detail: notJson(content, finishReason) };
  const { usable, problems } = jsonBoundsFindings(json, ANSWER_BOUNDS);
  if (!usable) return { ok: false, askAgain: true, detail: unusable(problems.at(-1)!) };
  const wrong = check?.(json);
  return wrong === undefined
    ? { ok: true, output: { ...output, json } }
    : { ok: false, askAgain: true, detail: `The JSON does not match the schema: ${wrong}` };
}

/**
 * One local repair, free of charge: models put JSON between code fences or sentences. What lies between the first
 * opening and the last closing bracket is tried when the whole is not JSON.
 */
export function parseJsonAnswer(content: string): unknown {
  return tryParse(content) ?? tryParse(bracketed(content));
}

/** By search from both ends: an expression with `*` in the middle took minutes over an answer of 100,000 open brackets. */
function bracketed(content: string): string {
  const first = content.search(/[[{]/);
  return first < 0 ? '' : content.slice(first, Math.max(content.lastIndexOf(']'), content.lastIndexOf('}')) + 1);
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // not JSON is an expected answer of a model; the caller says so in its own words
  }
}

function unusable({ path, message }: Problem): string {
  return `The JSON cannot be used: ${path}: ${message}`.slice(0, DETAIL_CHARS_MAX);
}

function notJson(content: string, finishReason: FinishReason): string {
  if (finishReason === 'length') return 'The answer was cut at maxTokens before its JSON ended. Raise maxTokens.';
  return `Expected JSON, got ${content.length} characters that are none.`;
}
