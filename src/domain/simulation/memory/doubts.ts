import type { Advice } from './lesson';
import type { MemoryItem } from './memory-item';

export type DoubtKind =
  | 'contradiction'
  | 'temporal_conflict'
  | 'logical'
  | 'stale'
  | 'missing_context'
  | 'confidence_mismatch'
  | 'invalid_impact';

export type Severity = 'low' | 'medium' | 'high' | 'critical';

/** What a proposed decision does, in the words of advice. */
export interface Claim extends Advice {
  subject?: string;
  /** What it is expected to bring, 0 to 1, where somebody says so. */
  expected?: number;
}

/** Why a decision does not fit what is remembered. */
export interface Doubt {
  kind: DoubtKind;
  severity: Severity;
  /** Left out: the memory itself is in doubt. */
  claim?: Claim;
  says: string;
  /** Ids of the items concerned. */
  items: string[];
}

export interface Verdict {
  /** No doubt is high or critical. */
  passes: boolean;
  doubts: Doubt[];
  /** 1 (nothing speaks against it) to 0. */
  confidence: number;
}

const TAKEN_OFF: Readonly<Record<Severity, number>> = { low: 0.05, medium: 0.15, high: 0.3, critical: 0.5 };

/** 1, less 0.05, 0.15, 0.3 or 0.5 for each doubt by its severity, times the facts' average confidence. */
export function verdictOn(doubts: readonly Doubt[], facts: readonly MemoryItem[]): Verdict {
  const left = doubts.reduce((rest, { severity }) => rest - TAKEN_OFF[severity], 1);
  const sure = facts.length === 0 ? 1 : facts.reduce((sum, { confidence }) => sum + confidence, 0) / facts.length;
  return { passes: !doubts.some(isSerious), doubts: [...doubts], confidence: Math.max(0, left * sure) };
}

export function isSerious({ severity }: Doubt): boolean {
  return severity === 'high' || severity === 'critical';
}
