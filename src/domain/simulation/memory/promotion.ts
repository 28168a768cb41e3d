import { Chance } from '../chance/chance';
import type { MemoryItem } from './memory-item';

/** What makes an episodic memory worth keeping for good. */
export const PROMOTION_RULES = [
  'importance_score',
  'recency_frequency',
  'strategic_value',
  'random_selection',
  'llm_reflection',
] as const;
export type PromotionRule = (typeof PROMOTION_RULES)[number];

interface Candidates {
  tick: number;
  seed: number;
  evidenceMax: number;
}

/** Apart from every world's own streams, which count from 1. */
const PROMOTION_STREAM = 0x4d454d00;
/** Below it nothing is promoted, however few candidates there are. */
const WORTH_MIN = 0.1;
const WEEK_TICKS = 7;

/** Ids of the episodic items that become long-term: the best share of them by the rule, rounded up. */
export function promoted(
  episodic: readonly MemoryItem[],
  rule: PromotionRule,
  share: number,
  { tick, seed }: { tick: number; seed: number },
): ReadonlySet<string> {
  const evidenceMax = episodic.reduce((most, { evidence }) => Math.max(most, evidence), 1);
  const rated = episodic.map((item) => ({ id: item.id, worth: WORTH[rule](item, { tick, seed, evidenceMax }) }));
  rated.sort((a, b) => b.worth - a.worth || (a.id < b.id ? -1 : 1));
  const best = rated.slice(0, Math.ceil(rated.length * share)).filter(({ worth }) => worth > WORTH_MIN);
  return new Set(best.map(({ id }) => id));
}

const WORTH: Readonly<Record<PromotionRule, (item: MemoryItem, among: Candidates) => number>> = {
  /** The score, more for what came again (at most 0.3) and for what is from today (0.2). */
  importance_score: ({ score, evidence, lastTick }, { tick }) =>
    Math.min(1, score + Math.min(0.3, 0.05 * (evidence - 1)) + (lastTick >= tick ? 0.2 : 0)),
  /** Half for how often, half for how lately: nothing of it after a week. */
  recency_frequency: ({ evidence, lastTick }, { tick, evidenceMax }) =>
    (0.5 * evidence) / evidenceMax + 0.5 * Math.max(0, 1 - (tick - lastTick) / WEEK_TICKS),
  /** A tenth less with every tick. */
  strategic_value: ({ impact, reusability, lastTick }, { tick }) =>
    impact * reusability * Math.max(0, 1 - 0.1 * (tick - lastTick)),
  /** By its id, so that the luck of one does not depend on which others there are. */
  random_selection: ({ id }, { tick, seed }) =>
    WORTH_MIN +
    (1 - WORTH_MIN) *
      new Chance(seed).uniform({ stream: PROMOTION_STREAM, tick, entity: Number.parseInt(id.slice(0, 8), 16) }),
  /** What a model's review kept. */
  llm_reflection: ({ source, score }) => (source === 'model' ? score : 0),
};
