import { lessonId, unit } from './lesson';
import { type MemoryReview, reviewByRules, type ReviewedLesson } from './memory-review';

const LISTS = ['keep', 'update', 'discard', 'promote', 'forget'] as const;
const ENTRIES_MAX = 50;
const STATEMENT_CHARS_MAX = 400;
const WORD_CHARS_MAX = 40;
const TAGS_MAX = 10;
/** Weights that a model leaves out. */
const DEFAULTS = { impact: 0.5, reusability: 0.5, confidence: 0.5, novelty: 0.4, recency: 1, penalty: 0 } as const;

/**
 * Reads `{keep, update, discard}` or, of a digest, `{promote, forget}`. Each list and each entry is validated alone: what
 * cannot be used is left out and said. Never throws, whatever comes.
 */
export function readReview(raw: unknown): MemoryReview {
  const feedback: string[] = [];
  if (!isRecord(raw)) return reviewByRules('FAILED review: expected a JSON object.');
  const read = <T>(name: (typeof LISTS)[number], entry: (one: unknown) => T | undefined) =>
    entriesOf(raw, name, entry, feedback);
  const keep = [...read('keep', toLesson), ...read('update', toLesson), ...read('promote', toDigestLesson)];
  const forget = [...new Set([...read('discard', toId), ...read('forget', toId)])];
  return { by: keep.length + forget.length > 0 || isEmpty(raw, feedback) ? 'model' : 'rules', keep, forget, feedback };
}

/** Nothing of the day is worth keeping: that is an answer too, where it is said in lists. */
function isEmpty(raw: Record<string, unknown>, feedback: readonly string[]): boolean {
  return feedback.length === 0 && LISTS.some((name) => Array.isArray(raw[name]));
}

function entriesOf<T>(
  raw: Record<string, unknown>,
  name: (typeof LISTS)[number],
  read: (one: unknown) => T | undefined,
  feedback: string[],
): T[] {
  const list = raw[name];
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) {
    feedback.push(`FAILED ${name}: expected a list.`);
    return [];
  }
  if (list.length > ENTRIES_MAX)
    feedback.push(`FAILED ${name}: only the first ${ENTRIES_MAX} of ${list.length} count.`);
  return list.slice(0, ENTRIES_MAX).flatMap((one, index) => {
    const entry = read(one);
    if (entry === undefined) feedback.push(`FAILED ${name}[${index}]: it does not say what.`);
    return entry === undefined ? [] : [entry];
  });
}

function toLesson(one: unknown): ReviewedLesson | undefined {
  if (!isRecord(one)) return undefined;
  const statement = textOf(one.statement, STATEMENT_CHARS_MAX);
  if (statement === '') return undefined;
  const subject = textOf(one.subject, WORD_CHARS_MAX);
  const replaces = textOf(one.id, WORD_CHARS_MAX);
  return identified({
    statement,
    type: textOf(one.type, WORD_CHARS_MAX).toLowerCase() || 'mixed',
    ...(subject === '' ? {} : { subject }),
    tags: tagsOf(one.tags),
    ...weightsOf(one),
    ...(replaces === '' ? {} : { replaces }),
  });
}

/** A digest has one weight, and it is the score. */
function toDigestLesson(one: unknown): ReviewedLesson | undefined {
  if (!isRecord(one)) return undefined;
  const statement = textOf(one.text, STATEMENT_CHARS_MAX);
  const importance = weightOf(one.importance, DEFAULTS.impact);
  const weights = {
    ...{ impact: importance, reusability: importance, confidence: importance },
    ...{ novelty: importance, recency: importance, penalty: 0 },
  };
  return statement === '' ? undefined : identified({ statement, type: 'mixed', tags: tagsOf(one.tags), ...weights });
}

function identified(lesson: Omit<ReviewedLesson, 'id'>): ReviewedLesson {
  return { id: lessonId(lesson), ...lesson };
}

/** An id, an object with one, or the words of what is to be forgotten. */
function toId(one: unknown): string | undefined {
  if (!isRecord(one)) return textOf(one, WORD_CHARS_MAX) || undefined;
  return textOf(one.id, WORD_CHARS_MAX) || (toLesson(one) ?? toDigestLesson(one))?.id;
}

function weightsOf(one: Record<string, unknown>): Record<keyof typeof DEFAULTS, number> {
  const weight = (name: keyof typeof DEFAULTS) => weightOf(one[name], DEFAULTS[name]);
  return {
    ...{ impact: weight('impact'), reusability: weight('reusability'), confidence: weight('confidence') },
    ...{ novelty: weight('novelty'), recency: weight('recency'), penalty: weight('penalty') },
  };
}

function weightOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? unit(value) : otherwise;
}

function tagsOf(value: unknown): string[] {
  const tags = Array.isArray(value) ? value.slice(0, TAGS_MAX) : [];
  return tags.map((tag: unknown) => textOf(tag, WORD_CHARS_MAX).toLowerCase()).filter((tag) => tag !== '');
}

function textOf(value: unknown, chars: number): string {
  return typeof value === 'string' ? value.replace(/\s+/g, ' ').trim().slice(0, chars) : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
