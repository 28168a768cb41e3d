import { jsonBoundsFindings } from '../kernel/json-bounds';

const CHARS_MAX = 16 * 1024;
const BOUNDS = { depthMax: 16, valuesMax: 1_000, keyCharsMax: 128 } as const;

/** What a request says by itself, and what would change how its answer is read or counted: `n` answers are billed as one. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'system', 'max_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'seed', 'tools'],
  ...[
    'response_format',
    'output_format',
    'metadata',
    'stream',
    'stream_options',
    'n',
    'functions',
    'background',
    'store',
  ],
]);

/** What is wrong with further parameters for a provider, or nothing. They are sent as they are, so they are bounded. */
export function extraProblem(extra: Record<string, unknown>): string | undefined {
  const own = Object.keys(extra).find((name) => OWN_NAMES.has(name));
  if (own !== undefined) return `"${own}" is not passed through: the request has its own way to say it, or none.`;
  const [problem] = jsonBoundsFindings(extra, BOUNDS).problems;
  if (problem !== undefined) return `${problem.path}: ${problem.message}`;
  const { length } = JSON.stringify(extra);
  return length > CHARS_MAX ? `${length} characters as JSON; at most ${CHARS_MAX} are passed through.` : undefined;
}
