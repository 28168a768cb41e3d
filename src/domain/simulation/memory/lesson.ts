import { hashJson } from '../../kernel/hash';

/** What a lesson says about an action: do more of it (dearer, larger, sooner) or less. */
export interface Advice {
  action: string;
  direction: 'more' | 'less';
}

/**
 * Something that may be worth knowing another day. The weights are from 0 to 1; a world's observer or a model sets them.
 * `type` is the kind of decision it helps with, in the world's words; `mixed` helps with all.
 */
export interface Lesson {
  statement: string;
  type: string;
  /** Whom it concerns: a product, a participant. Left out: everybody. */
  subject?: string;
  tags: readonly string[];
  /** How much it moved the result. */
  impact: number;
  /** How likely it helps on other days. */
  reusability: number;
  confidence: number;
  novelty: number;
  /** 1 when it was just seen. */
  recency: number;
  /** Taken off the score: what speaks against keeping it. */
  penalty: number;
  advises?: Advice;
}

/** A lesson of one tick, not yet reviewed. */
export interface Observation extends Lesson {
  tick: number;
}

const LESSON_WEIGHTS = {
  impact: 0.35,
  reusability: 0.25,
  confidence: 0.15,
  novelty: 0.15,
  recency: 0.1,
} as const;

/** 0 to 1: 0.35 impact + 0.25 reusability + 0.15 confidence + 0.15 novelty + 0.10 recency − penalty. */
export function lessonScore(lesson: Lesson): number {
  const weighted =
    LESSON_WEIGHTS.impact * unit(lesson.impact) +
    LESSON_WEIGHTS.reusability * unit(lesson.reusability) +
    LESSON_WEIGHTS.confidence * unit(lesson.confidence) +
    LESSON_WEIGHTS.novelty * unit(lesson.novelty) +
    LESSON_WEIGHTS.recency * unit(lesson.recency);
  return unit(weighted - unit(lesson.penalty));
}

const ID_CHARS = 16;

/**
 * The identity of what is said, not of when: without the day, so that the same lesson of another day is the same lesson and
 * strengthens it. Case and spaces around it do not count.
 */
export function lessonId({ statement, type, subject }: Pick<Lesson, 'statement' | 'type' | 'subject'>): string {
  const content = { statement: statement.trim().toLowerCase(), type, subject: subject ?? null };
  return hashJson(content).slice(0, ID_CHARS);
}

export function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
