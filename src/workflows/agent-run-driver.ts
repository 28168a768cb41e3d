import { CancellationScope, condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { AgentRunInput, EndedItem, FastActivities, TaskDecision } from '../contracts/agent-run';
import type { AgentRun } from '../domain/agents/agent-run';
import type { RunEnding } from '../domain/agents/run-ending';
import { FastLane } from './fast-lane';
import { NodeContext } from './node/node-context';
import { runNode } from './node/run-node';
import type { ProgressRecorder } from './progress-recorder';
import { showDetails } from './run-details';

/**
 * History is drained and continued as new well before the server suggests it (4,096 events): a run of 2,500 events
 * replays in about half a second, one of 48,000 takes 33 s.
 */
const CONTINUE_AS_NEW_EVENTS = 2_500;

const CANCELLED: RunEnding = {
  status: 'cancelled',
  reasonCode: 'cancelled',
  reason: 'The run was cancelled.',
  stopsRunning: true,
};

/** Moves the promises of one run: starts what AgentRun says, stops what it says, and looks again after everything that happens. */
export class AgentRunDriver {
  readonly decisions: Map<string, TaskDecision>;
  private readonly nodes = new CancellationScope({ cancellable: true });
  private readonly context: NodeContext;
  private readonly lane = new FastLane<FastActivities>();

  constructor(
    private readonly input: AgentRunInput,
    private readonly run: AgentRun,
    private readonly recorder: ProgressRecorder,
  ) {
    this.decisions = new Map(input.carried?.decisions);
    this.context = new NodeContext(input, run, this.decisions);
  }

  /** Returns when the run is over, or drained for continue-as-new. A cancel request stops what runs and is not an error. */
  async driveToEnd(): Promise<void> {
    const idle = () => this.run.isOver || this.run.isDrained;
    this.step();
    try {
      await condition(idle);
    } catch (error) {
      if (!isCancellation(error)) throw error;
      this.cancel();
      await CancellationScope.nonCancellable(async () => {
        this.step();
        await condition(idle);
      });
    }
  }

  /** To be called after everything that happened. */
  step(): void {
    if (this.run.ending?.stopsRunning) this.nodes.cancel();
    else if (this.historyIsLong()) this.run.drain();
    for (const index of this.run.start()) this.launch(index);
    this.recorder.changed();
    showDetails(this.run);
  }

  cancel(): void {
    this.run.end(CANCELLED);
  }

  expire(): void {
    this.run.end({
      status: 'failed',
      reasonCode: 'run_timeout',
      reason: `The run did not end within ${this.input.plan.timeoutSeconds} s.`,
      stopsRunning: true,
    });
    this.nodes.cancel();
  }

  /** Kept also when no node waits for it yet: the question may still be on its way. */
  decide(taskKey: string, decision: TaskDecision): void {
    this.decisions.set(taskKey, decision);
    this.run.decide(taskKey);
    this.step();
  }

  /** Their nodes begin again, and find what is stored. What an answer cost is counted here, once, however often it is said. */
  itemsEnded(items: readonly EndedItem[]): void {
    for (const { taskKey, costMicroUsd } of items) {
      if (this.decisions.has(taskKey)) continue;
      this.run.spend(costMicroUsd);
      this.decisions.set(taskKey, 'answered');
      this.run.decide(taskKey);
    }
    this.step();
  }

  private launch(index: number): void {
    void this.nodes.run(() => runNode(this.context, this.lane, index)).finally(() => this.step());
  }

  private historyIsLong(): boolean {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    return historyLength >= (this.input.continueAsNewAfterEvents ?? CONTINUE_AS_NEW_EVENTS) || continueAsNewSuggested;
  }
}
