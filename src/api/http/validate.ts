import type { z } from 'zod';
import { LonghaulError, type Problem } from '../../domain/kernel/errors';
import { problemPath } from '../../domain/kernel/problem-path';

/** @throws LonghaulError InvalidRequest with every finding and its path */
export function valid<T>(schema: z.ZodType<T>, value: unknown, where: string, prefix = ''): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, prefix));
  throw invalidRequest(where, problems);
}

export function invalidRequest(where: string, problems: readonly Problem[]): LonghaulError {
  return new LonghaulError('InvalidRequest', { where, count: problems.length }, problems);
}

function problemsOf(issue: z.core.$ZodIssue, prefix: string): Problem[] {
  const path = [...(prefix === '' ? [] : [prefix]), ...issue.path];
  if (issue.code !== 'unrecognized_keys') return [{ path: problemPath(path), message: issue.message }];
  return issue.keys.map((key) => ({ path: problemPath([...path, key]), message: 'Unknown field.' }));
}
