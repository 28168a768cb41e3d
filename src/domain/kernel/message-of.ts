import { LonghaulError } from './errors';

/** What was thrown, in words: anything may be thrown, also what is no Error. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The last words of a program. An operating error says all in its message; for anything else a person needs the stack. */
export function lastWordsOf(thrown: unknown): string {
  return !LonghaulError.is(thrown) && thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown);
}
