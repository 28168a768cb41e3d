/** The package export `longhaul`. */
export { Agent, AgentResult, AgentStatus, type AgentOptions } from './agent';
export { AgentRunners, type RunnerOptions, type RunnerPlace } from './agent-runners';
export { ApiClient as LonghaulClient, ApiProblem, ApiUnreachable, type ApiAddress } from './api-client';
export {
  DistributedCoordinator,
  type AgentConfig,
  type CoordinatorConfig,
  type CoordinatorEvent,
  type EventBus,
  type ScenarioConfig,
} from './distributed-coordinator';
export { OrchestrationEngine } from './engine';
export { CostConfig, EngineConfig, MonitorConfig, RateLimitConfig, type EngineConfigOptions } from './engine-config';
export { FastForwardEngine, type AppliedRule, type FastForwardConfig } from './fast-forward-engine';
export { SimulationEvent } from '../domain/simulation/fast-forward';
export { FailureHandler, type FailureStatistics, type OnFailure } from './failure-handler';
export { Monitor, type EventSubject, type MonitorEvent } from './monitor';
export { PerformanceMonitor } from './performance-monitor';
export { RetryPolicy, RetryStrategy, type RetryPolicyOptions } from './retry-policy';
export type { ServerEvent } from './server-events';
export type { Metrics, Summary, SystemStatus } from './system-status';
export { Workflow, WorkflowStatus, type WorkflowOptions, type WorkflowStatistics } from './workflow';
