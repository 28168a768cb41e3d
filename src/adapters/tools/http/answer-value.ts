import type { ToolOutcome } from '../../../domain/tools/tool';
import type { GuardedAnswer } from './guarded-request';

const ERROR_BODY_CHARS_MAX = 500;

/** What a tool makes of an answer that came: JSON as JSON, other text as text, an error status as an error. */
export function answerOutcome({ status, contentType, text }: Extract<GuardedAnswer, { status: number }>): ToolOutcome {
  if (status < 200 || status > 299)
    return {
      ok: false,
      error: `The host answered with status ${status}. ${text.slice(0, ERROR_BODY_CHARS_MAX)}`.trim(),
    };
  return { ok: true, value: /\bjson\b/i.test(contentType) ? jsonOf(text) : text };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text; // called JSON and is none: the reader sees what came
  }
}
