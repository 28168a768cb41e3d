import { REPLAY_EXIT } from '../contracts/replay-exit';
import { LonghaulError, type Problem } from '../domain/kernel/errors';
import { ApiProblem, ApiUnreachable } from '../client/api-client';
import { problemOf } from './http/as-given';
import type { Console } from './view/console';

/** Documented in docs/guides/cli.md; scripts rely on them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  diverged: REPLAY_EXIT.diverged,
  interrupted: 130,
} as const;

/** Ctrl-C (or SIGTERM, or a closed terminal) while something was still under way. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor(signal: NodeJS.Signals) {
    super(`Stopped by ${signal}.`);
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return EXIT.interrupted;
  return error instanceof ApiUnreachable ? EXIT.unreachable : EXIT.failed;
}

/** One shape for every failure: what happened, each problem with its path; as JSON for programs. */
export function report(error: unknown, console: Console): void {
  const { code, message, problems } = describe(error);
  if (console.json) return console.fail({ error: { code, message, problems } });
  if (error instanceof Interrupted) return console.note(message);
  console.error(message);
  // A message may list its problems already.
  const untold = problems.filter(({ message: text }) => !message.includes(text));
  for (const { path, message: text } of untold) console.error(`  ${path || '(root)'}: ${text}`);
}

function describe(error: unknown): { code: string; message: string; problems: readonly Problem[] } {
  if (error instanceof ApiProblem && /^(Body|Query): /.test(error.message)) return problemOf({}, error);
  if (error instanceof ApiProblem || LonghaulError.is(error))
    return { code: error.code, message: error.message, problems: error.problems };
  if (error instanceof Error) return { code: error.name, message: error.message, problems: [] };
  return { code: 'Error', message: String(error), problems: [] };
}
