import { lessonId, lessonScore, unit, type Lesson } from './lesson';

export type LessonSource = 'observed' | 'model';
export type MemoryTier = 'episodic' | 'longTerm';

/** A lesson that was kept. Nothing of it changes by being recalled. */
export interface MemoryItem extends Lesson {
  id: string;
  /** The stored answer that has its words, where `statement` is left empty. */
  wordsIn?: string;
  source: LessonSource;
  tier: MemoryTier;
  firstTick: number;
  lastTick: number;
  /** On how many ticks it was learned. */
  evidence: number;
  /** When it was last learned; age is counted when it is recalled, never taken off here. */
  score: number;
}

/** What one more occurrence adds to the confidence. */
const REPEATED_CONFIDENCE = 0.05;
const TAGS_MAX = 10;

/** Of what a model said elsewhere only the id is at hand. */
type NewLesson = Lesson & { id?: string; wordsIn?: string };

export function newItem(lesson: NewLesson, tick: number, source: LessonSource): MemoryItem {
  const { statement, type, subject, tags, impact, reusability, confidence, novelty, recency, penalty, advises } =
    lesson;
  return {
    ...{ id: lesson.id ?? lessonId(lesson), source, tier: 'episodic', firstTick: tick, lastTick: tick, evidence: 1 },
    ...(lesson.wordsIn === undefined ? {} : { wordsIn: lesson.wordsIn }),
    ...{ statement, type, tags: tagsOf(tags), impact, reusability, confidence, novelty, recency, penalty },
    ...(subject === undefined ? {} : { subject }),
    ...(advises === undefined ? {} : { advises }),
    score: lessonScore(lesson),
  };
}

/** The same lesson again: surer than before, never weaker. Twice on one tick is one occurrence. */
export function strengthened(item: MemoryItem, again: MemoryItem): MemoryItem {
  const later = again.lastTick > item.lastTick;
  const surest = Math.max(item.confidence, again.confidence);
  const { wordsIn: _, ...weighed } = item;
  const merged: MemoryItem = {
    ...weighed,
    ...worded(item, again),
    ...{ lastTick: Math.max(item.lastTick, again.lastTick), firstTick: Math.min(item.firstTick, again.firstTick) },
    evidence: item.evidence + (later ? 1 : 0),
    confidence: later ? unit(surest + REPEATED_CONFIDENCE) : surest,
    impact: Math.max(item.impact, again.impact),
    reusability: Math.max(item.reusability, again.reusability),
    novelty: Math.max(item.novelty, again.novelty),
    recency: Math.max(item.recency, again.recency),
    penalty: Math.min(item.penalty, again.penalty),
    tags: tagsOf([...item.tags, ...again.tags]),
    source: again.source === 'model' ? 'model' : item.source,
  };
  return { ...merged, score: Math.max(item.score, again.score, lessonScore(merged)) };
}

/** Words at hand rather than words elsewhere; else the lesser, so that the order of learning does not count. */
function worded(one: MemoryItem, other: MemoryItem): Pick<MemoryItem, 'statement' | 'wordsIn'> {
  const [first, second] = [one, other].sort((a, b) => (wordKey(a) < wordKey(b) ? -1 : 1)) as [MemoryItem, MemoryItem];
  const { statement, wordsIn } = first.statement === '' ? second : first;
  return { statement, ...(wordsIn === undefined ? {} : { wordsIn }) };
}

function wordKey({ statement, wordsIn = '' }: MemoryItem): string {
  return `${statement}\n${wordsIn}`;
}

/** What it is called where its words are not at hand. */
export function titleOf({ statement, type, subject }: Pick<MemoryItem, 'statement' | 'type' | 'subject'>): string {
  return statement === '' ? `a lesson about ${subject === undefined ? type : `${type} ${subject}`}` : `"${statement}"`;
}

/** What a model says better takes the place, the evidence and the first day of what it said before. */
export function replacing(old: MemoryItem, fresh: MemoryItem): MemoryItem {
  return { ...fresh, tier: old.tier, firstTick: old.firstTick, evidence: old.evidence };
}

/** Best first; the id decides last, so that the order of learning never does. */
export function byWorth(a: MemoryItem, b: MemoryItem): number {
  return b.score - a.score || b.evidence - a.evidence || b.lastTick - a.lastTick || (a.id < b.id ? -1 : 1);
}

function tagsOf(tags: readonly string[]): string[] {
  return [...new Set(tags)].sort().slice(0, TAGS_MAX);
}
