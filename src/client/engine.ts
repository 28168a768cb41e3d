import type {
  BatchStarted,
  BatchView,
  GraphCreated,
  GraphView,
  RunResult,
  RunStarted,
  RunView,
  SystemStatus as WireStatus,
} from '../contracts/api.schema';
import { isTerminalRunStatus, type RunStatus } from '../domain/agents/run-state';
import { LonghaulError } from '../domain/kernel/errors';
import { Gate } from '../domain/kernel/gate';
import { ApiProblem, ApiUnreachable, type ApiClient } from './api-client';
import { EngineConfig } from './engine-config';
import { FailureHandler } from './failure-handler';
import { fillResults } from './fill-results';
import { Monitor } from './monitor';
import { workflowOfGraph, workflowOfRun } from './foreign-workflow';
import { Patience } from './patience';
import { systemStatusOf, type SystemStatus } from './system-status';
import type { Workflow, WorkflowStatistics } from './workflow';

/** What one batch takes at most; more are started in several. */
const BATCH_RUNS_MAX = 1_000;

/** A stored graph, as an id names it. */
interface Registered {
  name: string;
  version: number;
  workflow: Workflow;
}

/**
 * The orchestration engine as a program sees it. The work itself is the installation's: it goes on when this program
 * ends, and everything here asks the REST API.
 *
 * Every method rejects with ApiProblem for what the API refuses, and ApiUnreachable when nobody answers; only waiting for
 * the end of a run goes on until somebody does.
 */
export class OrchestrationEngine {
  readonly monitor: Monitor;
  readonly failureHandler: FailureHandler;
  private readonly registered = new Map<string, Registered>();
  private readonly lastRun = new Map<string, string>();
  private readonly slots: Gate;
  private readonly stopping = new AbortController();
  private checked: Promise<void> | undefined;

  /** @param client where the model calls go through: an installation's gateway, which holds the keys and the budgets */
  constructor(
    private readonly client: ApiClient,
    readonly config: EngineConfig = new EngineConfig(),
  ) {
    this.slots = new Gate(config.maxConcurrentWorkflows);
    this.failureHandler = new FailureHandler(config.defaultRetryPolicy, config.onFailure);
    this.monitor = new Monitor(client, config.monitorConfig);
    this.monitor.start();
  }

  /** Stores the workflow as a version of its name. @returns its id, `name@version`: good in every program, for ever */
  async registerWorkflow(workflow: Workflow): Promise<string> {
    await this.ready();
    const { name, version } = await this.client.create<GraphCreated>('/graphs', this.definitionOf(workflow));
    return this.remember({ name, version, workflow });
  }

  /** @returns a copy of the workflow with its results; how it ended is its status, not an error */
  async executeWorkflow(workflowId: string, inputs?: Record<string, unknown>): Promise<Workflow> {
    await this.ready();
    const { name, version, workflow } = await this.find(workflowId);
    return await this.slots.pass(async () => {
      const { runId } = await this.client.create<RunStarted>('/runs', { graph: { name, version }, inputs });
      this.lastRun.set(workflowId, runId);
      await this.ended<RunView>(`/runs/${runId}`);
      return await this.resultOf(workflow, runId);
    });
  }

  /** All of them in the order of the ids, also those that failed; `maxConcurrentWorkflows` at once. */
  async executeMultipleWorkflows(workflowIds: readonly string[]): Promise<Workflow[]> {
    await this.ready();
    const found = await Promise.all(workflowIds.map((id) => this.find(id)));
    const finished: Workflow[] = [];
    for (let from = 0; from < found.length; from += BATCH_RUNS_MAX)
      finished.push(...(await this.executeBatch(workflowIds, found, from)));
    return finished;
  }

  /** @param workflowId of a workflow, for its latest run by this engine, or a run's own id; null when it is unknown */
  async getWorkflowStatus(workflowId: string): Promise<(WorkflowStatistics & { workflowId: string }) | null> {
    const registered = await this.known(workflowId);
    const runId = registered ? this.lastRun.get(workflowId) : workflowId;
    if (registered && runId === undefined) return { workflowId, ...registered.workflow.copy().getStatistics() };
    const run = await this.unlessMissing(() => this.client.get<RunView>(`/runs/${encodeURIComponent(runId ?? '')}`));
    if (run === undefined) return null;
    const workflow = registered?.workflow.copy() ?? workflowOfRun(run);
    return { workflowId, ...fillResults(workflow, run).getStatistics() };
  }

  async getSystemStatus(): Promise<SystemStatus> {
    return systemStatusOf(await this.client.get<WireStatus>('/system/status'), !this.stopping.signal.aborted);
  }

  /** Ends waiting: executions under way here reject, their runs go on and can be asked for by their ids. */
  async shutdown(): Promise<void> {
    this.monitor.stop();
    this.stopping.abort(stopped('wait'));
    await this.checked?.catch(() => undefined); // whoever asked for it was told
  }

  private async executeBatch(ids: readonly string[], found: readonly Registered[], from: number): Promise<Workflow[]> {
    const part = found.slice(from, from + BATCH_RUNS_MAX);
    const { batchId, runIds } = await this.client.create<BatchStarted>('/batches', {
      maxConcurrentRuns: Math.min(this.config.maxConcurrentWorkflows, BATCH_RUNS_MAX),
      runs: part.map(({ name, version }) => ({ graph: { name, version } })),
    });
    runIds.forEach((runId, index) => this.lastRun.set(ids[from + index]!, runId));
    await this.ended<BatchView>(`/batches/${batchId}`);
    const finished: Workflow[] = [];
    for (const [index, { workflow }] of part.entries()) finished.push(await this.resultOf(workflow, runIds[index]!));
    return finished;
  }

  private async resultOf(workflow: Workflow, runId: string): Promise<Workflow> {
    const [run, result] = await Promise.all([
      this.client.get<RunView>(`/runs/${runId}`),
      this.client.get<RunResult>(`/runs/${runId}/result`),
    ]);
    const filled = fillResults(workflow.copy(), run, result);
    for (const agent of filled.agents)
      if (agent.result?.isRetriable()) await this.failureHandler.handleFailure(agent, agent.result);
    return filled;
  }

  private async ended<T extends { status: RunStatus }>(path: string): Promise<void> {
    const { signal } = this.stopping;
    for (const patience = new Patience(); ; await patience.pause(signal)) {
      const view = await this.unlessAway(() => this.client.get<T>(path, {}, signal));
      if (view && isTerminalRunStatus(view.status)) return;
    }
  }

  /** Who waits for days outlives a restart of the API. Shutting down ends the waiting. */
  private async unlessAway<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ApiUnreachable) return undefined;
      throw error;
    }
  }

  /** @throws ApiProblem NotFound */
  private async find(workflowId: string): Promise<Registered> {
    const known = this.registered.get(workflowId);
    if (known) return known;
    const [, name = workflowId, version] = /^(.+)@(\d+)$/.exec(workflowId) ?? [];
    const query = { version: version === undefined ? undefined : Number(version) };
    const graph = await this.client.get<GraphView>(`/graphs/${encodeURIComponent(name)}`, query);
    this.remember({ name, version: graph.version, workflow: workflowOfGraph(graph) }, workflowId);
    return this.registered.get(workflowId)!;
  }

  private async known(workflowId: string): Promise<Registered | undefined> {
    return await this.unlessMissing(() => this.find(workflowId));
  }

  private remember(registered: Registered, id = `${registered.name}@${registered.version}`): string {
    this.registered.set(id, registered);
    return id;
  }

  private async unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 404) return undefined;
      throw error;
    }
  }

  private definitionOf(workflow: Workflow): Record<string, unknown> {
    const { maxRetries } = this.config.defaultRetryPolicy;
    const retryPolicy = this.config.defaultRetryPolicy.toDict();
    const definition = workflow.toDict();
    return { ...definition, agents: definition.agents.map((agent) => ({ maxRetries, retryPolicy, ...agent })) };
  }

  private async ready(): Promise<void> {
    if (this.stopping.signal.aborted) throw stopped('use');
    this.checked ??= this.checkLimits();
    await this.checked;
  }

  /** @throws LonghaulError InvalidConfiguration when the installation allows more than the program counts on */
  private async checkLimits(): Promise<void> {
    const wanted = this.config.rateLimitConfig;
    if (wanted === undefined) return;
    const { rateLimiting: allowed } = await this.client.get<WireStatus>('/system/status');
    const wider = (['requestsPerMinute', 'concurrentRequests'] as const).filter(
      (limit) => allowed[limit] > wanted[limit],
    );
    if (wider.length === 0) return;
    const detail = wider
      .map((limit) => `the installation allows ${allowed[limit]} as ${limit}, this program counts on ${wanted[limit]}`)
      .join('; ');
    throw new LonghaulError('InvalidConfiguration', {
      detail: `${detail}. Lower the installation's limit, or leave rateLimitConfig out.`,
    });
  }
}

function stopped(action: string): LonghaulError {
  const params = { what: 'Engine', id: 'of this program', state: 'shut down', action, expected: 'one that is open' };
  return new LonghaulError('WrongState', params);
}
