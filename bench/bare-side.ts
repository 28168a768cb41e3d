import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import {
  BARE_TICKS_WORKFLOW,
  BARE_WORKFLOW,
  type BareCall,
  type BareInput,
  type BareTicksInput,
  type Lane,
  type Shape,
} from './bare/shape';
import { startProgram, type Program } from './program';

const WORKFLOWS = 'bench-bare-workflows';
const ACTIVITIES = 'bench-bare-activities';

/** The floor: the same work on the same server, with a worker process for workflows and one for activities like ours. */
export class BareSide {
  private constructor(
    private readonly client: Client,
    private readonly workers: { workflows: Program; activities: Program },
  ) {}

  static async start(client: Client, address: string, databaseUrl: string): Promise<BareSide> {
    const worker = (queue: string, kind: string) =>
      startProgram('bench/bare/worker.ts', [address, queue, kind, databaseUrl]);
    const [workflows, activities] = await Promise.all([
      worker(WORKFLOWS, 'workflows'),
      worker(ACTIVITIES, 'activities'),
    ]);
    return new BareSide(client, { workflows, activities });
  }

  get pids(): Record<string, number> {
    return { 'bare-workflows': this.workers.workflows.pid, 'bare-activities': this.workers.activities.pid };
  }

  /** @returns the workflow's id */
  async start({ durationsMs, dependencies, parallel }: Shape, lane: Lane): Promise<string> {
    const workflowId = newWorkflowId();
    const input: BareInput = { durationsMs, dependencies, parallel, activityQueue: ACTIVITIES, lane, key: workflowId };
    await this.client.workflow.start(BARE_WORKFLOW, { workflowId, taskQueue: WORKFLOWS, args: [input] });
    return workflowId;
  }

  /** The same call once per tick; without one, a local activity that stores a row. @returns the workflow's id */
  async startTicks(ticks: number, call?: BareCall): Promise<string> {
    const workflowId = newWorkflowId();
    const input: BareTicksInput = { ticks, activityQueue: ACTIVITIES, key: workflowId, ...(call ? { call } : {}) };
    await this.client.workflow.start(BARE_TICKS_WORKFLOW, { workflowId, taskQueue: WORKFLOWS, args: [input] });
    return workflowId;
  }

  async stop(): Promise<void> {
    await Promise.all([this.workers.workflows.stop(), this.workers.activities.stop()]);
  }
}

function newWorkflowId(): string {
  return `bench-bare-${randomUUID()}`;
}
