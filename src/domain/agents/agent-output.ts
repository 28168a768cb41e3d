import type { ChatAnswer, FallbackFrom, FinishReason, ToolCall } from '../llm/chat';
import type { Problem } from '../kernel/errors';
import { jsonBoundsFindings } from '../kernel/json-bounds';
import { TOOL_CALLS_PER_ANSWER_MAX } from '../tools/tool';
import { repairJson } from '../llm/repair-json';
import type { LlmAgent } from './agent-graph';

/** What an agent hands to those who depend on it; the payload of its output artifact. */
export interface AgentOutput {
  content: string;
  json?: unknown;
  toolCalls: ToolCall[];
  finishReason: FinishReason;
  model: string;
  /** Which model was asked for, when another one answered, and why. */
  fallbackFrom?: FallbackFrom;
}

export type Interpretation =
  /** `repaired`: its JSON had to be mended first. */
  | { ok: true; output: AgentOutput; repaired?: boolean }
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
  const { content, toolCalls, finishReason, model, fallbackFrom } = answer;
  if (toolCalls.length > 0 && tools.length > 0)
    return { ok: 'tools', count: Math.min(toolCalls.length, TOOL_CALLS_PER_ANSWER_MAX) };
  if (finishReason === 'refusal' || finishReason === 'content_filter') {
    return { ok: false, askAgain: false, detail: `The model declined to answer (${finishReason}).` };
  }
  if (finishReason === 'pause') {
    return { ok: false, askAgain: true, detail: 'The model paused its turn before it had answered.' };
  }
  if (content.trim() === '') return { ok: false, askAgain: true, detail: 'The answer is empty.' };
  const output: AgentOutput = { content, toolCalls, finishReason, model, ...(fallbackFrom ? { fallbackFrom } : {}) };
  if (config.responseFormat !== 'json' && config.responseSchema === undefined) return { ok: true, output };
  const { json, repaired } = parseJsonAnswer(content);
  if (json === undefined)
    return { ok: false, askAgain: finishReason !== 'context_window', detail: notJson(content, finishReason) };
  const { usable, problems } = jsonBoundsFindings(json, ANSWER_BOUNDS);
  if (!usable) return { ok: false, askAgain: true, detail: unusable(problems.at(-1)!) };
  const wrong = check?.(json);
  return wrong === undefined
    ? { ok: true, output: { ...output, json }, ...(repaired ? { repaired } : {}) }
    : { ok: false, askAgain: true, detail: `The JSON does not match the schema: ${wrong}` };
}

/** What an answer says in JSON; where it is only almost JSON, after one local repair, which costs no call. */
export function parseJsonAnswer(content: string): { json: unknown; repaired: boolean } {
  const json = tryParse(content);
  return json === undefined ? { json: tryParse(repairJson(content)), repaired: true } : { json, repaired: false };
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
  if (finishReason === 'context_window')
    return "The answer was cut before its JSON ended, because the model's context window is full. Shorten the prompt.";
  return `Expected JSON, got ${content.length} characters that are none.`;
}
