import type { ModelAnswer } from './scripted-model';

/** What it reads of a day that is under review. */
export interface Review {
  day: number;
  today: { statement: string; type: string; subject?: string; tags: string[]; impact: number }[];
  remembered: { id: string; lastDay: number }[];
}

/** Days after which it lets go what did not come again. */
const FORGOTTEN_AFTER = 10;

/** A prompt that asks for a review is one line of JSON; undefined when it is none. */
export function reviewIn(prompt: string): Review | undefined {
  try {
    const review = JSON.parse(prompt) as Partial<Review>;
    const isReview = Array.isArray(review.today) && Array.isArray(review.remembered);
    return isReview ? (review as Review) : undefined;
  } catch {
    return undefined; // any text may come as a prompt
  }
}

/** Says each lesson of the day in its own words, and forgets what is old; a digest is asked for with other names. */
export function reviewOf({ day, today, remembered }: Review, system: string): ModelAnswer {
  const old = remembered.filter(({ lastDay }) => day - lastDay > FORGOTTEN_AFTER).map(({ id }) => id);
  if (system.includes('"promote"')) {
    const promote = today.map(({ statement, impact, tags }) => ({
      text: inOwnWords(statement),
      importance: impact,
      tags,
    }));
    return { json: { promote, forget: old } };
  }
  const keep = today.map(({ statement, ...lesson }) => ({
    ...lesson,
    statement: inOwnWords(statement),
    reusability: 0.8,
  }));
  return { json: { keep, update: [], discard: old } };
}

function inOwnWords(statement: string): string {
  return `As I see it: ${statement}`;
}
