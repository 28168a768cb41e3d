import type { AgentMemory } from './agent-memory';
import { settled } from './consolidate';
import { lessonScore, type Lesson } from './lesson';
import { newItem, replacing, strengthened, type LessonSource, type MemoryItem } from './memory-item';
import { profileOf } from './memory-modes';
import { readReview, type ReviewAnswer } from './review-answer';

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
  /** What could not be used of a model's answer. */
  feedback: string[];
}

interface Learned {
  lesson: Lesson;
  tick: number;
  replaces?: string;
}

/**
 * The end of a tick: what is worth it is kept, repeated lessons grow, old ones go.
 *
 * @param raw a model's answer. It decides instead of the observations; where nothing of it can be used they count.
 */
export function review(memory: AgentMemory, tick: number, raw?: unknown): Review {
  const answer = raw === undefined ? undefined : readReview(raw);
  const byModel = answer !== undefined && answer.keep.length + answer.forget.size > 0;
  const source: LessonSource = byModel ? 'model' : 'observed';
  const lessons = byModel ? lessonsOf(answer, tick) : observedOf(memory);
  const { keepFromScore } = profileOf(memory.settings.mode);
  const worthy = lessons.filter(({ lesson }) => lessonScore(lesson) >= keepFromScore);
  const left = byModel ? memory.items.filter(({ id }) => !answer.forget.has(id)) : memory.items;
  const learned = worthy.reduce((items, one) => learn(memory, items, one, source), left);
  const waiting = writtenByModel(memory) && !byModel;
  const reviewed = settled({ ...memory, items: learned, pending: waiting ? memory.pending : [] }, tick);
  return {
    ...{ memory: reviewed, source, kept: worthy.length, feedback: answer?.feedback ?? [] },
    discarded: lessons.length - worthy.length + memory.items.length - left.length,
    promoted: newInLongTerm(memory, reviewed),
  };
}

function lessonsOf({ keep }: ReviewAnswer, tick: number): Learned[] {
  return keep.map(({ replaces, ...lesson }) => ({ lesson, tick, ...(replaces === undefined ? {} : { replaces }) }));
}

/** A memory that only a model writes learns nothing by itself: its observations wait for an answer. */
function observedOf(memory: AgentMemory): Learned[] {
  return writtenByModel(memory) ? [] : memory.pending.map(({ tick, ...lesson }) => ({ lesson, tick }));
}

function writtenByModel({ settings }: AgentMemory): boolean {
  return profileOf(settings.mode).consolidation === 'by-model';
}

function learn(
  memory: AgentMemory,
  items: readonly MemoryItem[],
  { lesson, tick, replaces }: Learned,
  source: LessonSource,
): MemoryItem[] {
  const tier = writtenByModel(memory) ? 'longTerm' : 'episodic';
  const fresh: MemoryItem = { ...newItem(lesson, tick, source), tier };
  const old = items.find(({ id }) => id === replaces);
  const known = items.find(({ id }) => id === fresh.id) ?? (old && replacing(old, fresh));
  const others = items.filter(({ id }) => id !== fresh.id && id !== old?.id);
  return [...others, known ? strengthened(known, fresh) : fresh];
}

function newInLongTerm(before: AgentMemory, { items }: AgentMemory): number {
  const known = new Set(before.items.flatMap(({ id, tier }) => (tier === 'longTerm' ? [id] : [])));
  return items.filter(({ id, tier }) => tier === 'longTerm' && !known.has(id)).length;
}
