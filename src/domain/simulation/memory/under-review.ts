import type { AgentMemory } from './agent-memory';
import type { Observation } from './lesson';
import type { MemoryItem } from './memory-item';
import { profileOf } from './memory-modes';

const ITEMS_SHOWN = 50;

export type ShownToday = Pick<Observation, 'statement' | 'type' | 'subject' | 'tags' | 'impact'>;
export type ShownItem = Pick<
  MemoryItem,
  'id' | 'statement' | 'wordsIn' | 'type' | 'subject' | 'evidence' | 'lastTick' | 'score'
>;

/** What a model is shown to review. JSON; words that lie elsewhere are filled in before it is asked. */
export interface UnderReview {
  kind: 'review' | 'digest';
  today: ShownToday[];
  remembered: ShownItem[];
}

/** Undefined: nothing is to be learned from, so nobody is asked. */
export function underReview({ settings, pending, items }: AgentMemory): UnderReview | undefined {
  if (settings.reviews !== 'model' || pending.length === 0) return undefined;
  const kind = profileOf(settings.mode).consolidation === 'by-model' ? 'digest' : 'review';
  return { kind, today: pending.map(shownToday), remembered: items.slice(0, ITEMS_SHOWN).map(shownItem) };
}

function shownToday({ statement, type, subject, tags, impact }: Observation): ShownToday {
  return { statement, type, tags, impact, ...(subject === undefined ? {} : { subject }) };
}

function shownItem({ id, statement, wordsIn, type, subject, evidence, lastTick, score }: MemoryItem): ShownItem {
  return {
    ...{ id, statement, type, evidence, lastTick, score },
    ...(wordsIn === undefined ? {} : { wordsIn }),
    ...(subject === undefined ? {} : { subject }),
  };
}
