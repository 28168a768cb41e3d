import { jsonBoundsProblems } from '../kernel/json-bounds';

const BOUNDS = { depthMax: 64, valuesMax: 100_000, keyCharsMax: 1_024 } as const;

/**
 * Data that came as an argument. A text that is JSON counts as that JSON: models put JSON into texts, and a script's
 * template can render nothing else.
 */
export function givenJson(given: unknown): { value: unknown } | { problem: string } {
  const value = typeof given === 'string' ? parsed(given) : given;
  const [problem] = jsonBoundsProblems(value, BOUNDS);
  return problem === undefined ? { value } : { problem: `${problem.path}: ${problem.message}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text; // a plain text is data too
  }
}
