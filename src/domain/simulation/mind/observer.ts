import { remember, type AgentMemory } from '../memory/agent-memory';
import type { Observation } from '../memory/lesson';
import type { MemoryItem } from '../memory/memory-item';
import { recall, type MemoryQuery } from '../memory/recall';
import type { MemoryReview } from '../memory/memory-review';
import { review, type Review } from '../memory/review';

/**
 * What a world tells a memory, so that memories know no world. `I` is what has to be known of a decision until its results
 * are in: JSON, a few words.
 */
export interface Observer<V, D, I> {
  intent(view: V, decision: D): I;
  /** What the last tick taught; `intent` is that of the last decision, if there was one. */
  observe(view: V, intent: I | undefined): Observation[];
  query(view: V): MemoryQuery;
  /** Every tag that a query may have: by another one nothing is found again. */
  tags: readonly string[];
}

/** What an agent carries from tick to tick. JSON. */
export interface Recollection<I> {
  memory: AgentMemory;
  intent?: I;
}

/** The results of the last decision are in. What they teach waits for the review. */
export function noticed<V, D, I>(
  observer: Observer<V, D, I>,
  { memory, intent }: Recollection<I>,
  view: V,
): Recollection<I> {
  return { memory: observer.observe(view, intent).reduce(remember, memory) };
}

/**
 * The tick before is reviewed, and what helps with this one is recalled.
 *
 * @param answer a model's review of what was noticed (see `reviewPrompt`); left out, the observations count
 */
export function recollect<V, D, I>(
  observer: Observer<V, D, I>,
  { memory, ...kept }: Recollection<I>,
  view: V,
  answer?: MemoryReview,
): { recollection: Recollection<I>; facts: MemoryItem[]; reviewed: Review } {
  const query = observer.query(view);
  const reviewed = review(memory, query.tick - 1, answer);
  return { recollection: { ...kept, memory: reviewed.memory }, facts: recall(reviewed.memory, query), reviewed };
}

/** What is known of a decision is kept until its results are in. */
export function decided<V, D, I>(
  observer: Observer<V, D, I>,
  { memory }: Recollection<I>,
  view: V,
  decision: D,
): Recollection<I> {
  return { memory, intent: observer.intent(view, decision) };
}
