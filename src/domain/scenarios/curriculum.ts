import type { Problem } from '../kernel/errors';
import type { MarketMind } from '../worlds/marketplace/bots';
import { TIERS, type Tier } from './definition';
import { generateScenario } from './generate';
import { playScenario } from './play-scenario';

/** One judged run. */
export interface TierRun {
  tier: Tier;
  passed: boolean;
  profitUsd: number;
  days: number;
}

export interface TierRow {
  tier: Tier;
  runs: number;
  successRate: number;
  meanProfitUsd: number;
  meanDays: number;
}

export interface Curriculum {
  rows: TierRow[];
  problems: Problem[];
}

/** Generates scenarios of every tier from the seeds 1 to `seeds`, and plays them with one mind. */
export function playCurriculum(mind: MarketMind, seeds: number): Curriculum {
  const numbers = Array.from({ length: seeds }, (_, index) => index + 1);
  return checkCurriculum(TIERS.flatMap((tier) => numbers.flatMap((seed) => playTier(mind, tier, seed))));
}

function playTier(mind: MarketMind, tier: Tier, seed: number): TierRun[] {
  const { days, judged } = playScenario(generateScenario(seed, tier), mind, seed);
  const profitUsd = days.reduce((sum, { profitCents = 0 }) => sum + profitCents, 0) / 100;
  return judged.map(({ verdict: { passed } }) => ({ tier, passed, profitUsd, days: days.length }));
}

/** Whether scenarios get harder with their tier: a higher tier that succeeds more often than a lower one is a problem. */
export function checkCurriculum(runs: readonly TierRun[]): Curriculum {
  const rows = TIERS.flatMap((tier) =>
    rowOf(
      tier,
      runs.filter((run) => run.tier === tier),
    ),
  );
  const problems = rows.flatMap((higher, index) =>
    rows
      .slice(0, index)
      .filter((lower) => higher.successRate > lower.successRate)
      .map((lower) => ({ path: `tiers[${higher.tier}]`, message: describe(higher, lower) })),
  );
  return { rows, problems };
}

function rowOf(tier: Tier, runs: readonly TierRun[]): TierRow[] {
  if (runs.length === 0) return [];
  const mean = (of: (run: TierRun) => number) => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  return [
    {
      ...{ tier, runs: runs.length, successRate: mean(({ passed }) => (passed ? 1 : 0)) },
      ...{ meanProfitUsd: mean(({ profitUsd }) => profitUsd), meanDays: mean(({ days }) => days) },
    },
  ];
}

function describe(higher: TierRow, lower: TierRow): string {
  const percent = ({ successRate }: TierRow) => `${Math.round(successRate * 100)} %`;
  return `Tier ${higher.tier} succeeds in ${percent(higher)} of its runs, tier ${lower.tier} in ${percent(lower)}: a higher tier must not be easier.`;
}
