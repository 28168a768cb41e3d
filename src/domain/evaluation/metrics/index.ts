import { assert } from '../../kernel/assert';
import { Adversarial } from './adversarial';
import { Cognitive } from './cognitive';
import { Cost } from './cost';
import { total, within } from './figures';
import { Finance } from './finance';
import { Marketing } from './marketing';
import type { DomainScore, Metric, MetricTargets, MetricTick } from './metric';
import { Operations } from './operations';
import { Stress } from './stress';
import { Trust } from './trust';

const METRICS = {
  finance: Finance,
  operations: Operations,
  marketing: Marketing,
  trust: Trust,
  cognitive: Cognitive,
  stress: Stress,
  adversarial: Adversarial,
  cost: Cost,
} as const satisfies Record<string, new (targets: MetricTargets) => Metric>;
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

/** A run under measure: it hears every tick once, in their order, and keeps none. */
export class Measurement {
  private tick: number | undefined;
  private readonly metrics: Record<MetricDomain, Metric>;

  /** @throws InvariantError with weights that do not add up */
  constructor(private readonly suite: MetricSuite = METRIC_SUITE) {
    const weight = total(DOMAINS.map((domain) => suite.weights[domain]));
    assert(Math.abs(weight - 1) < 1e-9, () => `metrics: the weights add up to ${weight} instead of 1`);
    this.metrics = ofEach((domain) => new METRICS[domain](suite.targets));
  }

  add(tick: MetricTick): void {
    this.tick = tick.tick;
    for (const domain of DOMAINS) this.metrics[domain].add(tick);
  }

  /** @throws InvariantError without a tick */
  snapshot(): MetricSnapshot {
    const { tick, suite } = this;
    assert(tick !== undefined, 'metrics: there is no tick to measure');
    const breakdown = ofEach((domain) => this.metrics[domain].score());
    const score = within(total(DOMAINS.map((domain) => suite.weights[domain] * breakdown[domain].overallScore)));
    return { tick, breakdown, score };
  }
}

export function measure(ticks: Iterable<MetricTick>, suite?: MetricSuite): MetricSnapshot {
  const measurement = new Measurement(suite);
  for (const tick of ticks) measurement.add(tick);
  return measurement.snapshot();
}

/** One snapshot per tick, each of the run up to there. */
export function measureEach(ticks: readonly MetricTick[], suite?: MetricSuite): MetricSnapshot[] {
  const measurement = new Measurement(suite);
  return ticks.map((tick) => {
    measurement.add(tick);
    return measurement.snapshot();
  });
}

function ofEach<T>(of: (domain: MetricDomain) => T): Record<MetricDomain, T> {
  return Object.fromEntries(DOMAINS.map((domain) => [domain, of(domain)])) as Record<MetricDomain, T>;
}
