import type { MonitorEvent as WireEvent, RecentEvents, SystemStatus as Wire } from '../contracts/api.schema';
import type { ApiClient } from './api-client';
import { MonitorConfig } from './engine-config';
import { metricsOf, summaryOf, type Metrics, type Summary } from './system-status';

export interface MonitorEvent {
  eventType: string;
  agentId: string | null;
  workflowId: string | null;
  at: Date;
  data: Record<string, unknown>;
}

export interface EventSubject {
  /** An agent of the run. */
  agentId?: string;
  /** A run's id. */
  workflowId?: string;
  data?: Record<string, unknown>;
}

/** An hour at the default interval, several times over; the oldest go first. */
const SNAPSHOTS_MAX = 1_000;

/** Numbers and events of the whole installation: they come from its book, so they outlive this program. */
export class Monitor {
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly kept: { at: Date; metrics: Metrics }[] = [];
  private missed = 0;

  constructor(
    private readonly client: ApiClient,
    private readonly config: MonitorConfig = new MonitorConfig(),
  ) {}

  /** Begins to keep snapshots, if the configuration wants them. Does not keep the program alive. */
  start(): void {
    if (!this.config.enableMetrics || this.timer !== undefined) return;
    this.timer = setInterval(() => void this.keepSnapshot(), this.config.metricsInterval * 1000);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Stored with the installation's own events; nothing with `enableLogging: false`. */
  async recordEvent(eventType: string, { agentId, workflowId, data }: EventSubject = {}): Promise<void> {
    if (!this.config.enableLogging) return;
    await this.client.post('/system/events', { type: eventType, runId: workflowId, node: agentId, data });
  }

  async getMetrics(): Promise<Metrics> {
    return metricsOf(await this.client.get<Wire>('/system/status'));
  }

  async getSummary(): Promise<Summary> {
    return summaryOf(await this.client.get<Wire>('/system/status'));
  }

  /** Newest first; of one type, as many as asked for when there are enough. */
  async getRecentEvents(count = 100, eventType?: string): Promise<MonitorEvent[]> {
    const { items } = await this.client.get<RecentEvents>('/system/events', { limit: count, type: eventType });
    return items.map(eventOf);
  }

  /** Those kept so far, oldest first. */
  get snapshots(): readonly { at: Date; metrics: Metrics }[] {
    return this.kept;
  }

  /** How often the installation did not answer when a snapshot was due. */
  get missedSnapshots(): number {
    return this.missed;
  }

  private async keepSnapshot(): Promise<void> {
    try {
      this.kept.push({ at: new Date(), metrics: await this.getMetrics() });
      if (this.kept.length > SNAPSHOTS_MAX) this.kept.shift();
    } catch {
      this.missed += 1; // an installation that is away for a moment must not end the program
    }
  }
}

function eventOf({ type, node, runId, at, data }: WireEvent): MonitorEvent {
  return { eventType: type, agentId: node, workflowId: runId, at: new Date(at), data };
}
