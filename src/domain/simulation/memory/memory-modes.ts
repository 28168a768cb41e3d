/** When what was seen lately is moved to long-term memory. */
export type Consolidation =
  | 'never'
  /** Every so many ticks, on ticks that this number divides. */
  | { everyTicks: number }
  /** When short-term memory is nearly full, something of great impact was learned, or a week has passed. */
  | 'adaptive'
  /** What would be forgotten is kept instead, whatever it is worth. */
  | 'by-age'
  /** Only what a model's answer promotes. */
  | 'by-model';

/** What a kind of memory keeps, for how long, and how much of it an agent is told. */
export interface MemoryProfile {
  episodicMax: number;
  /** Ticks after which an episodic item that was not seen again is forgotten. */
  episodicTicks: number;
  longTermMax: number;
  keepFromScore: number;
  consolidation: Consolidation;
  /** Of the episodic items, best first, rounded up. */
  promotedShare: number;
  recallMax: number;
}

const NOTHING: MemoryProfile = {
  ...{ episodicMax: 0, episodicTicks: 0, longTermMax: 0, keepFromScore: 0 },
  ...{ consolidation: 'never', promotedShare: 0, recallMax: 0 },
};
/** The dual memory of the experiments: a day of short-term memory, and a long-term memory without an end. */
const DUAL: MemoryProfile = {
  ...{ episodicMax: 100, episodicTicks: 1, longTermMax: 1_000, keepFromScore: 0 },
  ...{ consolidation: { everyTicks: 1 }, promotedShare: 0.3, recallMax: 20 },
};

export const MEMORY_PROFILES = {
  stateless: NOTHING,
  reflective: {
    ...{ episodicMax: 200, episodicTicks: 14, longTermMax: 80, keepFromScore: 0.45 },
    ...{ consolidation: { everyTicks: 7 }, promotedShare: 1, recallMax: 7 },
  },
  /** A model writes down each day what is worth knowing for good. */
  digest: {
    ...{ episodicMax: 0, episodicTicks: 0, longTermMax: 50, keepFromScore: 0 },
    ...{ consolidation: 'by-model', promotedShare: 0, recallMax: 10 },
  },
  memory_free: NOTHING,
  short_term_only: { ...DUAL, longTermMax: 0, consolidation: 'never', promotedShare: 0 },
  long_term_only: { ...DUAL, promotedShare: 1 },
  reflection_enabled: DUAL,
  consolidation_disabled: { ...DUAL, consolidation: 'by-age' },
  hybrid_reflection: { ...DUAL, consolidation: 'adaptive' },
} as const satisfies Record<string, MemoryProfile>;

export type MemoryMode = keyof typeof MEMORY_PROFILES;

export function profileOf(mode: MemoryMode): MemoryProfile {
  return MEMORY_PROFILES[mode];
}
