import type { PartitionedProgress, PartitionedStarted, RunEvents, StartPartitionedBody } from '../contracts/api.schema';
import type { Coordination } from '../contracts/partitioned-simulation';
import type { Capabilities } from '../domain/simulation/runners/capabilities';
import { AgentRunners, type RunnerPlace } from './agent-runners';
import { ApiUnreachable, type ApiClient } from './api-client';
import { Patience } from './patience';

/** Scaling policies and resource management; what is left out is as the installation has it. */
export type CoordinatorConfig = Partial<Coordination>;

/** Where what happens in the simulations of a coordinator is told: an emitter, a broker, a log. */
export interface EventBus {
  publish(event: CoordinatorEvent): void | Promise<void>;
}

/** `run-started`, `partition-removed`, `run-completed` …: as `GET /runs/{id}/events` tells them. */
export interface CoordinatorEvent {
  type: string;
  runId: string;
  at: Date;
  data: Record<string, unknown>;
}

/** The scenario of all partitions and what is different in each; without partitions those that agents name, or one. */
export type ScenarioConfig = Omit<StartPartitionedBody, 'agents' | 'coordination' | 'partitions'> & {
  partitions?: StartPartitionedBody['partitions'];
};

/** An agent as in any simulation; without a partition it plays in each of them. */
export type AgentConfig = NonNullable<StartPartitionedBody['agents']>[number] & { partition?: string };

const EVENTS_PER_READ = 200;

/**
 * Simulations of several partitions, as a program starts and watches them. They are the installation's: they go on when this
 * program ends. Every method rejects with ApiProblem for what the API refuses, and ApiUnreachable when nobody answers.
 */
export class DistributedCoordinator {
  private latest: string | undefined;
  private readonly closing = new AbortController();
  private readonly following = new Set<Promise<void>>();

  constructor(
    private readonly client: ApiClient,
    private readonly config: CoordinatorConfig = {},
    private readonly eventBus?: EventBus,
  ) {}

  async startSimulation(
    { partitions, ...scenario }: ScenarioConfig,
    agentConfigs: readonly AgentConfig[],
  ): Promise<PartitionedStarted> {
    const started = await this.client.create<PartitionedStarted>('/partitioned-simulations', {
      ...scenario,
      coordination: this.config,
      partitions: withAgents(partitions ?? partitionsOf(agentConfigs), agentConfigs),
    });
    this.latest = started.runId;
    if (this.eventBus) this.follow(started.runId, this.eventBus);
    return started;
  }

  /** Mostly the runner's own call; the same id again renews it. */
  async registerAgentRunner(runnerId: string, capabilities: Capabilities, place: RunnerPlace): Promise<void> {
    await new AgentRunners(this.client).registerAgentRunner(runnerId, capabilities, place);
  }

  /** Progress, use of resources and the status of every agent. @param runId the latest one of this coordinator when absent */
  async monitorProgress(runId = this.latest): Promise<PartitionedProgress | null> {
    if (runId === undefined) return null;
    return await this.client.get<PartitionedProgress>(`/partitioned-simulations/${encodeURIComponent(runId)}/progress`);
  }

  /** Ends telling the event bus; the simulations go on. @throws what the bus has thrown */
  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all(this.following);
  }

  private follow(runId: string, bus: EventBus): void {
    const told = this.tell(runId, bus).catch((error: unknown) => {
      if (!this.closing.signal.aborted) throw error;
    });
    this.following.add(told);
    told.catch(() => undefined); // `close` says so
  }

  private async tell(runId: string, bus: EventBus): Promise<void> {
    const { signal } = this.closing;
    let after = 0;
    for (const patience = new Patience(); ; await patience.pause(signal)) {
      for (const { seq, type, at, data } of await this.eventsAfter(runId, after)) {
        await bus.publish({ type, runId, at: new Date(at), data });
        after = seq;
        if (ENDS.includes(type)) return;
      }
    }
  }

  /** Who watches for days outlives a restart of the API. */
  private async eventsAfter(runId: string, after: number): Promise<RunEvents['items']> {
    try {
      const query = { after, limit: EVENTS_PER_READ };
      return (await this.client.get<RunEvents>(`/runs/${runId}/events`, query, this.closing.signal)).items;
    } catch (error) {
      if (error instanceof ApiUnreachable) return [];
      throw error;
    }
  }
}

const ENDS = ['run-completed', 'run-partially-completed', 'run-failed', 'run-cancelled'];

function partitionsOf(agents: readonly AgentConfig[]): { name: string }[] {
  const named = [...new Set(agents.flatMap(({ partition }) => partition ?? []))];
  return named.length > 0 ? named.map((name) => ({ name })) : [{ name: 'main' }];
}

function withAgents(partitions: StartPartitionedBody['partitions'], agents: readonly AgentConfig[]) {
  return partitions.map((partition) => {
    const own = agents
      .filter((agent) => agent.partition === undefined || agent.partition === partition.name)
      .map(({ partition: _, ...agent }) => agent);
    return own.length === 0 ? partition : { ...partition, agents: own };
  });
}
