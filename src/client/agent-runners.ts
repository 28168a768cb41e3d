import type { RunnerPage, RunnerView } from '../contracts/api.schema';
import type { Capabilities } from '../domain/simulation/runners/capabilities';
import type { ApiClient } from './api-client';

/** Where a runner is reached: a program and a credential are named as the operator has configured them. */
export type RunnerPlace =
  | { kind: 'worker'; taskQueue: string }
  | { kind: 'endpoint'; url: string; credential?: string }
  | { kind: 'process'; command: string };

export interface RunnerOptions {
  /** It counts as gone unless it registers again within this time. */
  ttlSeconds?: number;
}

/** Runners of an installation: what decides for agents, or plays partitions, outside it. Mostly they register themselves. */
export class AgentRunners {
  constructor(private readonly client: ApiClient) {}

  /** Registering again renews what it said, and is its sign of life. */
  registerAgentRunner(
    runnerId: string,
    capabilities: Capabilities,
    place: RunnerPlace,
    { ttlSeconds }: RunnerOptions = {},
  ): Promise<RunnerView> {
    return this.client.post<RunnerView>('/agents/register', { id: runnerId, capabilities, ttlSeconds, ...place });
  }

  /** All of them, by id. */
  async listAgentRunners(): Promise<RunnerView[]> {
    const all: RunnerView[] = [];
    for (let cursor: string | undefined; ;) {
      const { items, nextCursor } = await this.client.get<RunnerPage>('/agents/list', { limit: 200, cursor });
      all.push(...items);
      if (nextCursor === null) return all;
      cursor = nextCursor;
    }
  }

  async removeAgentRunner(runnerId: string): Promise<void> {
    await this.client.post(`/agents/${encodeURIComponent(runnerId)}/delete`, {});
  }
}
