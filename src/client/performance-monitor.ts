import type { CurrentMetrics, PerformanceReport, RecordedMetric } from '../contracts/api.schema';
import type { ApiClient } from './api-client';

/** Numbers of programs beside those of the machine: the newest are kept by the installation's API. */
export class PerformanceMonitor {
  constructor(private readonly client: ApiClient) {}

  async recordMetric(metricName: string, value: number, tags: Record<string, string> = {}): Promise<void> {
    await this.client.post('/metrics', { name: metricName, value, tags });
  }

  /** The newest value of each series. */
  async getCurrentMetrics(): Promise<RecordedMetric[]> {
    return (await this.client.get<CurrentMetrics>('/metrics/current')).items;
  }

  generateReport(): Promise<PerformanceReport> {
    return this.client.get<PerformanceReport>('/metrics/dashboard');
  }
}
