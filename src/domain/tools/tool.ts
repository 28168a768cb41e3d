/** What is known of a tool before it is called; the model sees name, description and parameters. */
export interface ToolSpec {
  /** Letters, digits, "_" and "-"; providers allow 64 characters. */
  name: string;
  description: string;
  /** JSON Schema of the arguments: an object. Checked before anything is executed. */
  parameters: Record<string, unknown>;
  /** It changes something outside: never repeated when its outcome is unknown, and approved first where an agent asks for that. */
  sideEffects: boolean;
  /** Same arguments, same result, without looking at anything outside: results may be shared, and need no activity. */
  pure: boolean;
}

/** What a tool call came to. A failure is an answer to the model too: it may ask otherwise. */
export type ToolOutcome = { ok: true; value: unknown } | { ok: false; error: string };

/** The artifact of a tool call's result. */
export interface ToolResultRecord {
  tool: string;
  arguments: unknown;
  outcome: ToolOutcome;
}

/** The most calls that are taken from one answer; what a model asks beyond is answered with an error. */
export const TOOL_CALLS_PER_ANSWER_MAX = 16;

/** Longest text of one result that a model is shown; what is longer is cut, and says so. */
export const TOOL_RESULT_CHARS_MAX = 32_000;
