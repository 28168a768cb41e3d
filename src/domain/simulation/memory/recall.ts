import type { AgentMemory } from './agent-memory';
import { remaining } from './decay';
import type { MemoryItem } from './memory-item';
import { profileOf } from './memory-modes';

/** What an agent is about to decide. */
export interface MemoryQuery {
  tick: number;
  /** The kind of decision; `mixed`, as by default, is all kinds. */
  type?: string;
  subjects?: readonly string[];
  tags?: readonly string[];
  limit?: number;
}

const SAME_TYPE = 0.2;
const SAME_SUBJECT = 0.3;
const OTHER_SUBJECT = -0.15;
const PER_TAG = 0.05;
const TAGS_MOST = 0.2;
const FRESHNESS = 0.1;
const FRESH_TICKS = 60;

/** The items that help most with what is to be decided, best first. Reads only: recalling changes nothing. */
export function recall(memory: AgentMemory, query: MemoryQuery): MemoryItem[] {
  const { recallMax } = profileOf(memory.settings.mode);
  return memory.items
    .map((item) => ({ item, relevance: relevanceOf(item, query, memory) }))
    .sort((a, b) => b.relevance - a.relevance || (a.item.id < b.item.id ? -1 : 1))
    .slice(0, Math.min(recallMax, query.limit ?? recallMax))
    .map(({ item }) => item);
}

/**
 * Score, faded by age where a memory fades, + 0.2 for the same type, + 0.3 for the same subject or − 0.15 for another one,
 * + 0.05 for each shared tag up to 0.2, + 0.1 × (1 − age/60).
 */
export function relevanceOf(
  item: MemoryItem,
  { tick, type = 'mixed', subjects = [], tags = [] }: MemoryQuery,
  { settings }: Pick<AgentMemory, 'settings'>,
): number {
  const age = Math.max(0, tick - item.lastTick);
  const shared = item.tags.filter((tag) => tags.includes(tag)).length;
  return (
    item.score * (item.tier === 'episodic' ? remaining(settings.decay, lifeOver(age, settings)) : 1) +
    (item.type === type || item.type === 'mixed' ? SAME_TYPE : 0) +
    subjectBoost(item, subjects) +
    Math.min(TAGS_MOST, shared * PER_TAG) +
    FRESHNESS * Math.max(0, 1 - age / FRESH_TICKS)
  );
}

/** On its last tick an item is not yet gone. */
function lifeOver(age: number, { mode }: AgentMemory['settings']): number {
  return age / (profileOf(mode).episodicTicks + 1);
}

function subjectBoost({ subject }: MemoryItem, subjects: readonly string[]): number {
  if (subject === undefined || subjects.length === 0) return 0;
  return subjects.includes(subject) ? SAME_SUBJECT : OTHER_SUBJECT;
}
