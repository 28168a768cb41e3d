import {
  ActivityCancellationType,
  CancellationScope,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  startChild,
  type ActivityOptions,
  type ChildWorkflowHandle,
  type Workflow,
} from '@temporalio/workflow';
import { ChildWorkflowFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { AgentRunResult } from '../contracts/agent-run';
import type { BatchActivities, MemberInput, RunBatchInput } from '../contracts/run-batch';
import { taskQueue } from '../contracts/task-queues';
import { isMemberStatus, type MemberStatus } from '../domain/agents/batch';
import { Gate } from '../domain/kernel/gate';
import { childOptions } from './child-options';

/** Each start carries a plan of up to 512 KiB, and what one workflow task answers with has to stay below 4 MiB. */
const STARTS_AT_ONCE = 4;

const RETRY = { initialInterval: 100, maximumInterval: '10 seconds' } as const;

/** The runs of one batch: each is started, awaited, and ends as a status, whatever happens to it. */
export class BatchMembers {
  private readonly starts = new Gate(STARTS_AT_ONCE);

  constructor(private readonly input: RunBatchInput) {}

  async run(position: number): Promise<MemberStatus> {
    const { tenant, batchId } = this.input;
    const member = { tenant, batchId, position };
    try {
      return await CancellationScope.cancellable(async () => {
        const end = await this.starts.pass(() => this.start(member));
        return await end();
      });
    } catch (error) {
      return await CancellationScope.nonCancellable(() => this.endedWithoutResult(member, error));
    }
  }

  /** @returns what waits for its end */
  private async start(member: MemberInput): Promise<() => Promise<MemberStatus>> {
    const start = await this.activities(`member ${member.position}`).loadMember(member);
    if (start.state === 'ended') return async () => start.status;
    try {
      const child = await startChild(start.spec.workflowType, childOptions(start.spec));
      if (await this.isUnwanted(member)) CancellationScope.current().cancel();
      return () => this.resultOf(child);
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      return () => this.endOfForeign(member, start.spec.workflowId);
    }
  }

  /** Somebody else has started it, so Temporal does not tell this workflow of its end. */
  private async endOfForeign(member: MemberInput, workflowId: string): Promise<MemberStatus> {
    const { awaitMember } = this.waiting(`wait for member ${member.position}`);
    try {
      return (await awaitMember(member)).status;
    } catch (error) {
      if (!isCancellation(error)) throw error;
      return await CancellationScope.nonCancellable(async () => {
        await getExternalWorkflowHandle(workflowId).cancel();
        return (await awaitMember(member)).status;
      });
    }
  }

  /** Asked also while the batch is cancelled: the child is there, and its result is waited for. */
  private async isUnwanted(member: MemberInput): Promise<boolean> {
    const { markMember } = this.activities(`mark member ${member.position}`);
    return (await CancellationScope.nonCancellable(() => markMember(member))).stop;
  }

  private async resultOf(child: ChildWorkflowHandle<Workflow>): Promise<MemberStatus> {
    const { status } = (await child.result()) as AgentRunResult;
    return isMemberStatus(status) ? status : 'failed';
  }

  /** Terminated, failed, or cancelled before it had begun: the row is brought to say the same. */
  private async endedWithoutResult(member: MemberInput, error: unknown): Promise<MemberStatus> {
    const { closeMember } = this.activities(`close member ${member.position}`);
    const { status } = await closeMember(
      isCancellation(error)
        ? { ...member, reasonCode: 'cancelled', reason: 'The batch was cancelled before this run had begun.' }
        : {
            ...member,
            reasonCode: 'workflow_failed',
            reason: `The run's workflow did not end by itself (${causeOf(error)}).`,
          },
    );
    return status;
  }

  private activities(summary: string): BatchActivities {
    return proxyActivities<BatchActivities>({ ...this.options(summary), startToCloseTimeout: '30 seconds' });
  }

  private waiting(summary: string): BatchActivities {
    return proxyActivities<BatchActivities>({
      ...this.options(summary),
      startToCloseTimeout: '30 days',
      heartbeatTimeout: '10 seconds',
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    });
  }

  private options(summary: string): ActivityOptions {
    return { taskQueue: taskQueue('io', this.input.taskQueuePrefix), retry: RETRY, summary };
  }
}

/** Its kind only: the message may hold what a model said. */
function causeOf(error: unknown): string {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
  return cause instanceof Error ? cause.name : 'unknown';
}
