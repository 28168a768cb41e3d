import type { Lesson } from './lesson';

/** A lesson as a model's review names it. */
export interface ReviewedLesson extends Lesson {
  id: string;
  tags: string[];
  /** The item that it says better. */
  replaces?: string;
  /** The stored answer that has its words, where `statement` is left empty. */
  wordsIn?: string;
}

/** What became of asking a model to review a tick. JSON: it is recorded with the decision that follows it. */
export interface MemoryReview {
  /** `rules`: the model erred, or nothing of its answer could be used. */
  by: 'model' | 'rules';
  keep: ReviewedLesson[];
  /** Ids. */
  forget: string[];
  feedback: string[];
}

/** Stands in for a review that did not come about. */
export function reviewByRules(reason: string): MemoryReview {
  return { by: 'rules', keep: [], forget: [], feedback: [reason] };
}

/**
 * What a workflow may know of a review: a model's words stay where its answer is stored.
 *
 * @param tags those by which lessons are found again; whatever else a model calls them is its words, too
 */
export function withoutWords(review: MemoryReview, answerRef: string, tags: readonly string[]): MemoryReview {
  const silent = (lesson: ReviewedLesson): ReviewedLesson => {
    const found = lesson.tags.filter((tag) => tags.includes(tag));
    return { ...lesson, statement: '', tags: found, wordsIn: answerRef };
  };
  return { ...review, keep: review.keep.map(silent) };
}
