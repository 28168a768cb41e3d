import {
  CancellationScope,
  defineSignal,
  type ExternalWorkflowHandle,
  getExternalWorkflowHandle,
  proxyActivities,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { PartitionActivities, PartitionedInput } from '../../contracts/partitioned-simulation';
import type { BatchActivities, MemberInput } from '../../contracts/run-batch';
import {
  PARTITION_REMOVED_SIGNAL,
  PARTITION_STOP_SIGNAL,
  PARTITION_WINDOW_SIGNAL,
  type PartitionRemoved,
  type PartitionSeat,
  type PartitionWindow,
  type SimulationInput,
} from '../../contracts/simulation';
import { taskQueue } from '../../contracts/task-queues';
import { Gate } from '../../domain/kernel/gate';
import type { PartitionEnd, Why } from '../../domain/simulation/partitions/tick-barrier';
import { childOptions } from '../child-options';

const opened = defineSignal<[PartitionWindow]>(PARTITION_WINDOW_SIGNAL);
const stop = defineSignal(PARTITION_STOP_SIGNAL);
const removed = defineSignal<[PartitionRemoved]>(PARTITION_REMOVED_SIGNAL);

/** As for the members of a batch: each start carries a plan of up to 512 KiB. */
const STARTS_AT_ONCE = 4;

type Started = { state: 'started'; lane: string } | { state: 'over'; end: PartitionEnd };

/**
 * The runs of the partitions. Each outlives this workflow's histories, so it is reached by its id, and what becomes of it is
 * told by its own signals.
 */
export class PartitionRuns {
  readonly workflowIds: (string | null)[];
  private readonly starts = new Gate(STARTS_AT_ONCE);

  constructor(
    private readonly input: PartitionedInput,
    carried: (string | null)[] = [],
  ) {
    this.workflowIds = [...carried];
  }

  async start(position: number): Promise<Started> {
    return await this.starts.pass(() => this.startOne(this.member(position)));
  }

  /** @returns false when its workflow is over */
  async open(position: number, window: PartitionWindow): Promise<boolean> {
    return await this.told(position, (run) => run.signal(opened, window));
  }

  async stop(position: number): Promise<void> {
    await this.told(position, (run) => run.signal(stop));
  }

  /** It ends and says so; cancelling alone gives up what is under way. */
  async cancel(position: number): Promise<void> {
    await this.told(position, (run) => run.cancel());
  }

  async remove(position: number, why: Why): Promise<void> {
    const isThere = await this.told(position, (run) => run.signal(removed, why));
    if (isThere) await this.cancel(position);
    else await this.activities(`close ${this.nameOf(position)}`).closeMember({ ...this.member(position), ...why });
  }

  private async startOne(member: MemberInput): Promise<Started> {
    const { position } = member;
    const start = await this.activities(`load ${this.nameOf(position)}`).loadMember(member);
    this.workflowIds[position] = start.state === 'ready' ? start.spec.workflowId : null;
    if (start.state === 'ended') return over(start.status);
    const lane = await this.laneOf(position, start.spec.taskQueue);
    if (lane === null) return await this.unplaced(member);
    const [run] = start.spec.args as [SimulationInput];
    const args = [{ ...run, seat: this.seat(position) }];
    try {
      await startChild(start.spec.workflowType, childOptions({ ...start.spec, args, taskQueue: lane }));
    } catch (error) {
      // It was started by an earlier try of this workflow, after a reset: it has its seat, and goes on in it.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const { stop: isUnwanted } = await this.activities(`mark ${this.nameOf(position)}`).markMember(member);
    if (isUnwanted) await this.cancel(position);
    return { state: 'started', lane };
  }

  private async laneOf(position: number, usual: string): Promise<string | null> {
    const { tenant, partitions } = this.input;
    const { requires, name } = partitions[position]!;
    if (requires === undefined) return usual;
    const { placePartition } = this.activities<PartitionActivities>(`find a runner for ${name}`);
    return (await placePartition({ tenant, position, requires }))?.taskQueue ?? null;
  }

  private async unplaced(member: MemberInput): Promise<Started> {
    const why = { reasonCode: 'no_runner', reason: 'No registered worker offers what it requires.' };
    this.workflowIds[member.position] = null;
    await this.activities(`close ${this.nameOf(member.position)}`).closeMember({ ...member, ...why });
    return { state: 'over', end: { status: 'failed', ...why } };
  }

  private seat(position: number): PartitionSeat {
    const heartbeatMs = this.input.heartbeatSeconds * 1000;
    const coordinatorWorkflowId = workflowInfo().workflowId;
    return { coordinatorWorkflowId, position, name: this.nameOf(position), heartbeatMs };
  }

  private async told(position: number, tell: (run: ExternalWorkflowHandle) => Promise<void>): Promise<boolean> {
    const workflowId = this.workflowIds[position];
    if (workflowId == null) return false;
    try {
      await CancellationScope.nonCancellable(() => tell(getExternalWorkflowHandle(workflowId)));
      return true;
    } catch {
      return false; // the server refuses only what is for a workflow that is over
    }
  }

  private nameOf(position: number): string {
    return this.input.partitions[position]!.name;
  }

  private member(position: number): MemberInput {
    const { tenant, runId: batchId } = this.input;
    return { tenant, batchId, position };
  }

  private activities<A = BatchActivities>(summary: string): A {
    return proxyActivities<never>({
      taskQueue: taskQueue('io', this.input.taskQueuePrefix),
      startToCloseTimeout: '30 seconds',
      retry: { initialInterval: 100, maximumInterval: '10 seconds' },
      summary,
    });
  }
}

function over(status: PartitionEnd['status']): Started {
  return { state: 'over', end: { status, reasonCode: status, reason: 'It was over before it was started.' } };
}
