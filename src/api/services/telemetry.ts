import type { Log } from '../../adapters/log';
import { recentEvents, systemStatus, type Pool } from '../../adapters/postgres';
import type { ResourceSampler } from '../../adapters/telemetry/resource-sampler';
import { checkAlerts, type Alert, type AlertRule, type Notified } from '../../domain/telemetry/alerts';
import type { CostSoFar, Resources } from '../../domain/telemetry/bottlenecks';
import { OUTSIDE_ANSWERED, OUTSIDE_FAILED, agentSamples } from '../../domain/telemetry/agent-samples';
import { currentMetrics, record, type MetricLog, type MetricSample } from '../../domain/telemetry/metric-log';
import { performanceReport, type PerformanceReport } from '../../domain/telemetry/report';

export interface TelemetrySettings {
  tenant: string;
  intervalMs: number;
  costLimitUsd?: number | undefined;
  alerts: readonly AlertRule[];
}

const MICRO = 1_000_000;
/** Of each kind at one look; of more than that the newest are enough. */
const AGENT_EVENTS_MAX = 200;

/**
 * What this process has been told and has measured lately. It is in memory only: a restart begins anew, and each API process
 * has its own. What must not be lost is in the book.
 */
export class Telemetry {
  private log: MetricLog = [];
  private resources: Resources | undefined;
  private alerts: Alert[] = [];
  private notified: Notified = new Map();
  /** Of the newest event about an agent that was looked at. */
  private agentSeq = 0;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<unknown> | undefined;

  constructor(
    private readonly sampler: Pick<ResourceSampler, 'sample'>,
    private readonly pool: Pool,
    private readonly processLog: Log,
    private readonly settings: TelemetrySettings,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.looking ??= this.look(Date.now())
        .catch((err: unknown) => this.processLog.warn({ err }, 'telemetry could not be read'))
        .finally(() => (this.looking = undefined));
    }, this.settings.intervalMs);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  record(sample: MetricSample): void {
    this.log = record(this.log, sample);
  }

  current(): MetricSample[] {
    return currentMetrics(this.log);
  }

  async report(nowMs: number): Promise<PerformanceReport & { alerts: Alert[] }> {
    const resources = this.resources ?? (await this.look(nowMs));
    return { ...performanceReport(this.log, resources, await this.costSoFar()), alerts: this.alerts };
  }

  /** Measures the machine, then asks every rule. An alert is a line of the log, once per interval. */
  async look(nowMs: number): Promise<Resources> {
    const resources = await this.sampler.sample();
    this.resources = resources;
    this.log = record(this.log, ...(await this.newAgentSamples()), ...samplesOf(resources, nowMs));
    const { alerts: rules } = this.settings;
    const facts = { latest: this.current(), eventsSince: await this.eventTimes(rules) };
    const { alerts, notified } = checkAlerts(rules, facts, this.notified, nowMs);
    this.alerts = alerts;
    this.notified = notified;
    for (const { rule, severity, found, notify } of alerts)
      if (notify) this.processLog.warn({ rule, severity, found }, 'alert');
    return resources;
  }

  /** How agents outside were asked since the last look. */
  private async newAgentSamples(): Promise<MetricSample[]> {
    const { tenant } = this.settings;
    const types = [OUTSIDE_ANSWERED, OUTSIDE_FAILED];
    const found = await Promise.all(
      types.map((type) => recentEvents(this.pool, { tenant, type, limit: AGENT_EVENTS_MAX })),
    );
    const fresh = found.flat().filter(({ seq }) => seq > this.agentSeq);
    fresh.sort((a, b) => a.seq - b.seq);
    this.agentSeq = fresh.at(-1)?.seq ?? this.agentSeq;
    return fresh.flatMap(agentSamples);
  }

  /** As many of each type as its rules need to be sure. */
  private async eventTimes(rules: readonly AlertRule[]): Promise<(type: string, sinceMs: number) => number> {
    const needed = new Map<string, number>();
    for (const rule of rules)
      if ('eventType' in rule)
        needed.set(rule.eventType, Math.max(rule.frequencyThreshold, needed.get(rule.eventType) ?? 0));
    const { tenant } = this.settings;
    const times = new Map<string, number[]>();
    for (const [type, limit] of needed)
      times.set(
        type,
        (await recentEvents(this.pool, { tenant, type, limit })).map(({ at }) => at.getTime()),
      );
    return (type, sinceMs) => (times.get(type) ?? []).filter((atMs) => atMs >= sinceMs).length;
  }

  private async costSoFar(): Promise<CostSoFar | null> {
    const { costLimitUsd: limitUsd, tenant } = this.settings;
    if (limitUsd === undefined) return null;
    const { costs } = await systemStatus(this.pool, tenant, { namesSince: new Date(), recentEvents: 1 });
    return { spentUsd: costs.spentMicroUsd / MICRO, limitUsd };
  }
}

function samplesOf(resources: Resources, atMs: number): MetricSample[] {
  const figures: [name: string, value: number | null][] = [
    ['cpu_percent', resources.cpuPercent],
    ['memory_percent', resources.memoryPercent],
    ['disk_percent', resources.diskPercent],
    ['disk_megabytes_per_second', resources.diskMegabytesPerS],
  ];
  return figures.flatMap(([name, value]) => (value === null ? [] : [{ name, value, tags: {}, atMs }]));
}
