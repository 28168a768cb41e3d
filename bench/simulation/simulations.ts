import type { Client } from '@temporalio/client';
import type { Stack } from '../../src/adapters/embedded';
import { linesOfRun, recordOf } from '../../src/cli/simulation/record-lines';
import { ApiClient } from '../../src/client/api-client';
import type { SimulationStarted, SimulationView } from '../../src/contracts/api.schema';
import type { SimulationResult } from '../../src/contracts/simulation';
import type { Json } from '../../src/domain/kernel/canonical-json';
import type { RecordLine } from '../../src/domain/simulation/record/record-line';
import type { Start } from './engine';

/** Asks the product for simulations as any client does: over REST. */
export class Simulations {
  private readonly api: ApiClient;

  constructor(
    stack: Stack,
    private readonly client: Client,
  ) {
    this.api = new ApiClient({ url: stack.state.api!.url, token: stack.state.token });
  }

  start(definition: object): Promise<SimulationStarted> {
    return this.api.create<SimulationStarted>('/simulations', definition);
  }

  fork(runId: string, change: object): Promise<SimulationStarted> {
    return this.api.create<SimulationStarted>(`/simulations/${runId}/fork`, change);
  }

  view(runId: string): Promise<SimulationView> {
    return this.api.get<SimulationView>(`/simulations/${runId}`);
  }

  /** What it is played with, as it was stored. */
  async startOf(runId: string): Promise<Start> {
    const { scenario, seed } = await this.view(runId);
    return { scenario: scenario as Json, seed };
  }

  /** Its lines, from the API to the last one. */
  async record(runId: string): Promise<RecordLine[]> {
    const lines: RecordLine[] = [];
    for await (const line of recordOf(linesOfRun(this.api, runId), runId)) lines.push(line);
    return lines;
  }

  /** Waits for the end. @throws Error when not all ticks were played, so that no failed run passes for a fast one */
  async ended({ workflowId }: SimulationStarted, ticks: number): Promise<SimulationResult> {
    const result = (await this.client.workflow.getHandle(workflowId).result()) as SimulationResult;
    if (result.status === 'completed' && result.ticks === ticks) return result;
    throw new Error(`${workflowId}: expected ${ticks} ticks, completed: ${JSON.stringify(result)}`);
  }
}
