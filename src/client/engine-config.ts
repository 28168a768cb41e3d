import type { OnFailure } from './failure-handler';
import { RetryPolicy } from './retry-policy';

/** The limits that a program counts on: an installation that allows more is refused before anything is started. */
export class RateLimitConfig {
  readonly requestsPerMinute: number;
  readonly concurrentRequests: number;

  constructor(options: Partial<Pick<RateLimitConfig, 'requestsPerMinute' | 'concurrentRequests'>> = {}) {
    this.requestsPerMinute = options.requestsPerMinute ?? 60;
    this.concurrentRequests = options.concurrentRequests ?? 10;
  }
}

/** US dollars per 1,000 tokens, for estimates; what is booked is at the installation's own prices. */
export class CostConfig {
  readonly modelCosts: Readonly<Record<string, { input: number; output: number }>>;
  readonly defaultInputCost: number;
  readonly defaultOutputCost: number;

  constructor(options: Partial<Pick<CostConfig, 'modelCosts' | 'defaultInputCost' | 'defaultOutputCost'>> = {}) {
    this.modelCosts = options.modelCosts ?? {};
    this.defaultInputCost = options.defaultInputCost ?? 0.01;
    this.defaultOutputCost = options.defaultOutputCost ?? 0.03;
  }

  calculateCost(model: string, inputTokens: number, outputTokens: number): number {
    const known = Object.hasOwn(this.modelCosts, model) ? this.modelCosts[model] : undefined;
    const { input, output } = known ?? { input: this.defaultInputCost, output: this.defaultOutputCost };
    return (inputTokens * input + outputTokens * output) / 1000;
  }
}

export class MonitorConfig {
  /** Whether a snapshot of the metrics is kept every `metricsInterval` while the engine is open. */
  readonly enableMetrics: boolean;
  /** Whether events that the program records are stored. */
  readonly enableLogging: boolean;
  /** Seconds. */
  readonly metricsInterval: number;

  constructor(options: Partial<Pick<MonitorConfig, 'enableMetrics' | 'enableLogging' | 'metricsInterval'>> = {}) {
    this.enableMetrics = options.enableMetrics ?? true;
    this.enableLogging = options.enableLogging ?? true;
    this.metricsInterval = options.metricsInterval ?? 60;
  }
}

export interface EngineConfigOptions {
  rateLimitConfig?: RateLimitConfig;
  costConfig?: CostConfig;
  monitorConfig?: MonitorConfig;
  /** For agents that say nothing else. */
  defaultRetryPolicy?: RetryPolicy;
  /** Executions of this engine at once. */
  maxConcurrentWorkflows?: number;
  /** Called once for each agent that ended failed or rate limited. */
  onFailure?: OnFailure;
}

export class EngineConfig {
  /** Absent: whatever the installation allows. */
  readonly rateLimitConfig: RateLimitConfig | undefined;
  readonly costConfig: CostConfig;
  readonly monitorConfig: MonitorConfig;
  readonly defaultRetryPolicy: RetryPolicy;
  readonly maxConcurrentWorkflows: number;
  readonly onFailure: OnFailure | undefined;

  constructor(options: EngineConfigOptions = {}) {
    this.rateLimitConfig = options.rateLimitConfig;
    this.costConfig = options.costConfig ?? new CostConfig();
    this.monitorConfig = options.monitorConfig ?? new MonitorConfig();
    this.defaultRetryPolicy = options.defaultRetryPolicy ?? new RetryPolicy();
    this.maxConcurrentWorkflows = options.maxConcurrentWorkflows ?? 50;
    this.onFailure = options.onFailure;
  }
}
