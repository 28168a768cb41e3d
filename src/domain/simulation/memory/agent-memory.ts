import type { PromotionRule } from './promotion';
import type { Decay } from './decay';
import type { Observation } from './lesson';
import type { MemoryItem } from './memory-item';
import { profileOf, type MemoryMode } from './memory-modes';

/** How an agent remembers; fixed when its run begins. */
export interface MemorySettings {
  mode: MemoryMode;
  /** Which episodic items deserve long-term memory. */
  promotion: PromotionRule;
  decay: Decay;
  /** For random promotion. */
  seed: number;
  /** Who decides at the end of a tick what of it is kept. */
  reviews: Reviewer;
}

export const REVIEWERS = ['rules', 'model'] as const;
export type Reviewer = (typeof REVIEWERS)[number];

/** All that an agent remembers. JSON, so that a workflow carries it from tick to tick. */
export interface AgentMemory {
  settings: MemorySettings;
  /** Best first. */
  items: readonly MemoryItem[];
  /** Seen, and not yet reviewed. */
  pending: readonly Observation[];
  consolidatedTick: number;
}

const PENDING_MAX = 50;
const STATEMENT_CHARS_MAX = 400;
const TAGS_MAX = 10;

export function openMemory(settings: Partial<MemorySettings> = {}): AgentMemory {
  return { settings: settledOn(settings), items: [], pending: [], consolidatedTick: 0 };
}

/** What was left open is the default. */
export function settledOn(settings: Partial<MemorySettings>): MemorySettings {
  const { mode = 'reflective', promotion = 'importance_score', decay = 'none', seed = 0 } = settings;
  const { reviews = needsModel({ mode, promotion }) ? 'model' : 'rules' } = settings;
  return { mode, promotion, decay, seed, reviews };
}

/** Keeps for good only what a model's review names. */
export function needsModel({ mode, promotion }: Pick<Partial<MemorySettings>, 'mode' | 'promotion'>): boolean {
  return mode === 'digest' || promotion === 'llm_reflection';
}

/** Notes what was seen until the next review. A memory that keeps nothing stays as it is. */
export function remember(memory: AgentMemory, observation: Observation): AgentMemory {
  const { episodicMax, longTermMax } = profileOf(memory.settings.mode);
  if (episodicMax + longTermMax === 0) return memory;
  const bounded = {
    ...observation,
    statement: observation.statement.trim().slice(0, STATEMENT_CHARS_MAX),
    tags: observation.tags.slice(0, TAGS_MAX),
  };
  return { ...memory, pending: [...memory.pending, bounded].slice(-PENDING_MAX) };
}
