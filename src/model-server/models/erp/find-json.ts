import type { Json } from '../../../domain/kernel/canonical-json';

/** Bounds the search in hostile text (`[[[[…`), which would cost the square of its length. */
const SCANS_PER_CHARACTER = 20;

/**
 * Every JSON object and array written in a text, outermost first found, in order. This is how an agent reads what the
 * agents before it said, because prompts quote their output.
 */
export function findJson(text: string): Json[] {
  const found: Json[] = [];
  let budget = text.length * SCANS_PER_CHARACTER;
  for (let start = nextOpening(text, 0); start >= 0 && budget > 0;) {
    const end = endOf(text, start);
    budget -= (end ?? text.length) - start;
    const value = end === null ? undefined : parse(text.slice(start, end));
    if (value !== undefined) found.push(value);
    start = nextOpening(text, value === undefined ? start + 1 : end!);
  }
  return found;
}

function nextOpening(text: string, from: number): number {
  const offset = text.slice(from).search(/[[{]/);
  return offset < 0 ? -1 : from + offset;
}

/** The index after the bracket that closes the one at `start`; strings may contain brackets. */
function endOf(text: string, start: number): number | null {
  let depth = 0;
  let inString = false;
  for (let index = start; index < text.length; index++) {
    const character = text[index]!;
    if (inString && character === '\\') index++;
    else if (character === '"') inString = !inString;
    else if (!inString && (character === '{' || character === '[')) depth++;
    else if (!inString && (character === '}' || character === ']') && --depth === 0) return index + 1;
  }
  return null;
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
