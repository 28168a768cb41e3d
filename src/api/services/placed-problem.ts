import { LonghaulError, type Problem } from '../../domain/kernel/errors';
import { invalidRequest } from '../http/validate';

/** What is wrong with one part of a body that holds several, under the part's own path. */
export function placedProblem(error: unknown, what: string, path: string, field: string): unknown {
  if (!LonghaulError.is(error) || (error.code !== 'NotFound' && error.code !== 'InvalidRequest')) return error;
  const problems: Problem[] =
    error.problems.length === 0
      ? [{ path: `${path}.${field}`, message: error.message }]
      : error.problems.map((problem) => ({ path: `${path}.${problem.path}`, message: problem.message }));
  return invalidRequest(what, problems);
}
