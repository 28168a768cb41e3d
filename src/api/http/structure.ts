import type { Problem } from '../../domain/kernel/errors';
import { jsonBoundsFindings } from '../../domain/kernel/json-bounds';
import { problemPath } from '../../domain/kernel/problem-path';

/** Deep enough for any JSON Schema in an agent's configuration; canonical JSON recurses, and the stack ends near 5,000. */
const BOUNDS = { depthMax: 64, valuesMax: 500_000, keyCharsMax: 1_024 } as const;
const PROBLEMS_MAX = 50;
/** In unicode mode a surrogate that is half of a pair is not matched: only lone ones are. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** What no schema says, but what stands behind it needs: bounded, plain JSON whose text PostgreSQL can store. */
export function structureProblems(root: unknown): Problem[] {
  const { problems, usable } = jsonBoundsFindings(root, BOUNDS);
  return usable ? [...problems, ...textProblems(root)].slice(0, PROBLEMS_MAX) : problems;
}

/** The same for data whose bounds somebody else reports: only the text. */
export function unstorableText(root: unknown): Problem[] {
  return jsonBoundsFindings(root, BOUNDS).usable ? textProblems(root) : [];
}

/** PostgreSQL refuses NUL and lone surrogates in text and in jsonb; found here they are a 422 instead of a 500. */
function textProblems(root: unknown): Problem[] {
  const problems: Problem[] = [];
  const open: { value: unknown; path: PropertyKey[] }[] = [{ value: root, path: [] }];
  for (let visit = open.pop(); visit !== undefined && problems.length < PROBLEMS_MAX; visit = open.pop()) {
    const { value, path } = visit;
    if (typeof value === 'string') problems.push(...problemsOfText(value, path));
    // The depth is another check's concern; one level beyond it nothing is looked for any more.
    if (typeof value !== 'object' || value === null || path.length > BOUNDS.depthMax) continue;
    for (const [key, member] of Object.entries(value).reverse()) {
      if (!Array.isArray(value)) problems.push(...problemsOfText(key, path));
      open.push({ value: member, path: [...path, Array.isArray(value) ? Number(key) : key] });
    }
  }
  return problems;
}

function problemsOfText(text: string, path: PropertyKey[]): Problem[] {
  const what = text.includes('\0')
    ? 'the NUL character'
    : LONE_SURROGATE.test(text)
      ? 'half of a surrogate pair'
      : null;
  return what === null ? [] : [{ path: storable(problemPath(path)), message: `Text must not contain ${what}.` }];
}

function storable(path: string): string {
  return path.replaceAll('\0', '\\0').replace(new RegExp(LONE_SURROGATE, 'gu'), '?');
}
