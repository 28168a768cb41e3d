import { givenJson } from './given-json';
import { PATH_LIMITS, valueAt } from './json-path';
import { PATTERNS } from './patterns';
import { failed, objectSchema, type Skill, SKILL_TEXT_CHARS_MAX, succeeded } from './skill';
import type { ToolOutcome } from './tool';

const MARK_CHARS_MAX = 200;
const FOUND_MAX = 1_000;

interface Arguments {
  from: unknown;
  pattern?: string;
  after?: string;
  before?: string;
  path?: string;
}

/** Takes parts out of a text or out of JSON; one way at a time. */
export const extract: Skill = {
  spec: {
    name: 'extract',
    description: `Takes parts out of what is given: \`pattern\` finds every ${Object.keys(PATTERNS).join(', ')} of a text, \`after\` and \`before\` what stands between two marks, \`path\` a part of JSON (\`[*]\` for every item). Give exactly one way.`,
    parameters: objectSchema(
      {
        from: { description: 'A text, JSON, or a text that is JSON.' },
        pattern: { enum: Object.keys(PATTERNS) },
        after: { type: 'string', minLength: 1, maxLength: MARK_CHARS_MAX, description: 'The mark before each part.' },
        before: {
          type: 'string',
          minLength: 1,
          maxLength: MARK_CHARS_MAX,
          description: 'The mark behind each part; the end of the line when absent.',
        },
        path: { type: 'string', minLength: 1, maxLength: PATH_LIMITS.charsMax },
      },
      ['from'],
    ),
    sideEffects: false,
    pure: true,
  },
  run(args) {
    const { from, pattern, after, before, path } = args as Partial<Arguments>;
    const ways = [pattern, after, path].filter((way) => way !== undefined).length;
    if (ways !== 1) return failed(`Give exactly one of pattern, after and path; got ${ways}.`);
    if (path !== undefined) return byPath(from, path);
    const text = typeof from === 'string' ? from : JSON.stringify(from);
    if (text.length > SKILL_TEXT_CHARS_MAX) return failed(tooLong(text));
    const found = pattern === undefined ? between(text, after!, before ?? '\n') : PATTERNS[pattern]!(text);
    if (found.length > FOUND_MAX) return failed(`${found.length} parts found; at most ${FOUND_MAX} are answered.`);
    return succeeded(found);
  },
};

function byPath(from: unknown, path: string): ToolOutcome {
  const given = givenJson(from);
  if ('problem' in given) return failed(`from: ${given.problem}`);
  const at = valueAt(given.value, path);
  return 'value' in at ? succeeded(at.value) : failed(`Nothing at path "${path}": ${at.problem}.`);
}

function between(text: string, after: string, before: string): string[] {
  const found: string[] = [];
  for (let mark = text.indexOf(after); mark >= 0;) {
    const start = mark + after.length;
    const end = text.indexOf(before, start);
    found.push(text.slice(start, end < 0 ? undefined : end).trim());
    if (end < 0) break;
    mark = text.indexOf(after, end);
  }
  return found;
}

function tooLong(text: string): string {
  return `The text has ${text.length} characters; at most ${SKILL_TEXT_CHARS_MAX} are taken.`;
}
