import type { AgentMemory } from './agent-memory';
import { settled } from './consolidate';
import { lessonScore, type Lesson } from './lesson';
import { newItem, replacing, strengthened, type LessonSource, type MemoryItem } from './memory-item';
import { MEMORY_PROFILES, profileOf } from './memory-modes';
import type { MemoryReview, ReviewedLesson } from './memory-review';

/** What a review did, for whoever watches it. */
export interface Review {
  memory: AgentMemory;
  /** What was learned from: what was observed, or a model's answer. */
  source: LessonSource;
  kept: number;
  /** Lessons below the score, and items that the model let go. */
  discarded: number;
  /** Items that are in long-term memory now and were not before. */
  promoted: number;
}

interface Learned {
  lesson: Lesson & Pick<Partial<ReviewedLesson>, 'id' | 'replaces' | 'wordsIn'>;
  tick: number;
}

/**
 * The end of a tick: what is worth it is kept, repeated lessons grow, old ones go.
 *
 * @param answer what a model reviewed. It decides instead of the observations; where it erred they count, by the rules.
 */
export function review(memory: AgentMemory, tick: number, answer?: MemoryReview): Review {
  const byModel = answer?.by === 'model';
  const source: LessonSource = byModel ? 'model' : 'observed';
  const waiting = writtenByModel(memory) && answer === undefined;
  const lessons = byModel ? lessonsOf(answer, tick) : waiting ? [] : observedOf(memory);
  const worthy = lessons.filter(({ lesson }) => lessonScore(lesson) >= keepFromScore(memory, source));
  const left = byModel ? memory.items.filter(({ id }) => !answer.forget.includes(id)) : memory.items;
  const learned = worthy.reduce((items, one) => learn(memory, items, one, source), left);
  const reviewed = settled({ ...memory, items: learned, pending: waiting ? memory.pending : [] }, tick);
  return {
    ...{ memory: reviewed, source, kept: worthy.length },
    discarded: lessons.length - worthy.length + memory.items.length - left.length,
    promoted: newInLongTerm(memory, reviewed),
  };
}

function lessonsOf({ keep }: MemoryReview, tick: number): Learned[] {
  return keep.map((lesson) => ({ lesson, tick }));
}

function observedOf({ pending }: AgentMemory): Learned[] {
  return pending.map(({ tick, ...lesson }) => ({ lesson, tick }));
}

/** A model's own weight is the score of a digest; what rules note in its place has to be worth it as anywhere. */
function keepFromScore(memory: AgentMemory, source: LessonSource): number {
  const { keepFromScore: own } = profileOf(memory.settings.mode);
  return writtenByModel(memory) && source === 'observed' ? MEMORY_PROFILES.reflective.keepFromScore : own;
}

/** Its observations wait until a model was asked. */
function writtenByModel({ settings }: AgentMemory): boolean {
  return profileOf(settings.mode).consolidation === 'by-model';
}

function learn(
  memory: AgentMemory,
  items: readonly MemoryItem[],
  { lesson, tick }: Learned,
  source: LessonSource,
): MemoryItem[] {
  const tier = writtenByModel(memory) ? 'longTerm' : 'episodic';
  const fresh: MemoryItem = { ...newItem(lesson, tick, source), tier };
  const old = items.find(({ id }) => id === lesson.replaces);
  const known = items.find(({ id }) => id === fresh.id) ?? (old && replacing(old, fresh));
  const others = items.filter(({ id }) => id !== fresh.id && id !== old?.id);
  return [...others, known ? strengthened(known, fresh) : fresh];
}

function newInLongTerm(before: AgentMemory, { items }: AgentMemory): number {
  const known = new Set(before.items.flatMap(({ id, tier }) => (tier === 'longTerm' ? [id] : [])));
  return items.filter(({ id, tier }) => tier === 'longTerm' && !known.has(id)).length;
}
