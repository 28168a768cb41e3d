import { assert } from '../../kernel/assert';
import { adversarial } from './adversarial';
import { cognitive } from './cognitive';
import { cost } from './cost';
import { total, within } from './figures';
import { finance } from './finance';
import { marketing } from './marketing';
import type { DomainScore, Metric, MetricTargets, MetricTick } from './metric';
import { operations } from './operations';
import { stress } from './stress';
import { trust } from './trust';

const METRICS = {
  finance,
  operations,
  marketing,
  trust,
  cognitive,
  stress,
  adversarial,
  cost,
} as const satisfies Record<string, Metric>;
export type MetricDomain = keyof typeof METRICS;
const DOMAINS = Object.keys(METRICS) as MetricDomain[];

export interface MetricSuite {
  /** Of each domain; they add up to 1. */
  weights: Readonly<Record<MetricDomain, number>>;
  targets: MetricTargets;
}

export const METRIC_SUITE: MetricSuite = {
  weights: {
    finance: 0.2,
    operations: 0.15,
    marketing: 0.1,
    trust: 0.1,
    cognitive: 0.15,
    stress: 0.1,
    adversarial: 0.15,
    cost: 0.05,
  },
  targets: { returnOnAdSpend: 4, riskFreeRate: 0.01, ticksPerYear: 365 },
};

/** What a run is worth so far. */
export interface MetricSnapshot {
  tick: number;
  breakdown: Record<MetricDomain, DomainScore>;
  /** The weighted sum of all domains, 0 to 100. */
  score: number;
}

/** @throws InvariantError without a tick, or with weights that do not add up */
export function measure(ticks: readonly MetricTick[], suite: MetricSuite = METRIC_SUITE): MetricSnapshot {
  const last = ticks.at(-1);
  assert(last !== undefined, 'metrics: there is no tick to measure');
  const weight = total(DOMAINS.map((domain) => suite.weights[domain]));
  assert(Math.abs(weight - 1) < 1e-9, () => `metrics: the weights add up to ${weight} instead of 1`);
  const breakdown = Object.fromEntries(
    DOMAINS.map((domain) => [domain, METRICS[domain](ticks, suite.targets)]),
  ) as MetricSnapshot['breakdown'];
  const score = within(total(DOMAINS.map((domain) => suite.weights[domain] * breakdown[domain].overallScore)));
  return { tick: last.tick, breakdown, score };
}

/** One snapshot per tick, each of the run up to there. */
export function measureEach(ticks: readonly MetricTick[], suite: MetricSuite = METRIC_SUITE): MetricSnapshot[] {
  return ticks.map((_, index) => measure(ticks.slice(0, index + 1), suite));
}
