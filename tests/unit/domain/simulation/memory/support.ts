import { openMemory, remember, type AgentMemory } from '../../../../../src/domain/simulation/memory/agent-memory';
import type { Lesson } from '../../../../../src/domain/simulation/memory/lesson';
import { newItem, type MemoryItem } from '../../../../../src/domain/simulation/memory/memory-item';
import { review } from '../../../../../src/domain/simulation/memory/review';

/** Scores 0.35 × 0.6 + 0.25 × 0.8 + 0.15 × 0.8 + 0.15 × 0.4 + 0.1 = 0.69. */
export function lesson(change: Partial<Lesson> = {}): Lesson {
  return {
    ...{ statement: 'Buy earlier.', type: 'inventory', tags: ['stockout'], impact: 0.6, reusability: 0.8 },
    ...{ confidence: 0.8, novelty: 0.4, recency: 1, penalty: 0 },
    ...change,
  };
}

export function item(change: Partial<MemoryItem> = {}, tick = 1): MemoryItem {
  return { ...newItem(lesson(change), tick, 'observed'), ...change };
}

/** One tick: the lessons are observed and reviewed. */
export function day(memory: AgentMemory, tick: number, ...lessons: Partial<Lesson>[]): AgentMemory {
  const seen = lessons.reduce<AgentMemory>((kept, change) => remember(kept, { ...lesson(change), tick }), memory);
  return review(seen, tick).memory;
}

export { openMemory };
