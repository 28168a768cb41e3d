import { ApiProblem } from '../../client/api-client';
import type { Problem } from '../../domain/kernel/errors';

/** Where the parts of a request came from, in the words of who typed the command. */
export interface Given {
  file?: string | undefined;
  /** Part of the request → the option that it was given by: `ticks` → `--ticks`. */
  options?: Readonly<Record<string, string>>;
}

/** Asks, and tells what the API finds wrong with the request as something wrong with what was given. */
export async function asGiven<T>(given: Given, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof ApiProblem ? problemOf(given, error) : error;
  }
}

/** Nobody who typed a command has sent a body or a query. */
export function problemOf({ file, options = {} }: Given, problem: ApiProblem): ApiProblem {
  const { status, code, message } = problem;
  if (code === 'MalformedBody' && file !== undefined)
    return new ApiProblem(status, code, message.replace(/^The request body/, file));
  if (code !== 'InvalidRequest') return problem;
  const problems = problem.problems.map((one) => ({ ...one, path: pathIn(options, one) }));
  const where = file === undefined || problems.every(({ path }) => path.startsWith('--')) ? 'Options' : file;
  return new ApiProblem(status, code, `${where}: ${problems.length} problem(s) found.`, problems);
}

function pathIn(options: Readonly<Record<string, string>>, { path }: Problem): string {
  const part = Object.keys(options).find(
    (name) => path === name || (/^[.[]/.test(path.slice(name.length)) && path.startsWith(name)),
  );
  return part === undefined ? path : `${options[part]!}${path.slice(part.length)}`;
}
