import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  isCancellation,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  AGENT_RUN_STATE_QUERY,
  type AgentRunInput,
  type AgentRunResult,
  type AgentRunStateView,
  type CarriedState,
} from '../contracts/agent-run';
import { AgentRun, type RunEnding } from '../domain/agents/agent-run';
import { formatUsd, microToUsd } from '../domain/kernel/money';
import { runNode } from './agent-run-node';
import { ProgressRecorder } from './progress-recorder';

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

const STATUS_ATTRIBUTE = defineSearchAttributeKey('LonghaulStatus', SearchAttributeType.KEYWORD);
const COST_ATTRIBUTE = defineSearchAttributeKey('LonghaulCostUsd', SearchAttributeType.DOUBLE);

export const agentRunState = defineQuery<AgentRunStateView>(AGENT_RUN_STATE_QUERY);

/**
 * One agent graph, run to its end. All decisions are AgentRun's; here promises are started, awaited and cancelled.
 * Completed nodes are recorded by their payment's transaction, so a call costs 6 history events, not 12.
 */
export async function agentRun(input: AgentRunInput): Promise<AgentRunResult> {
  const run = new AgentRun(input.plan, input.carried?.nodes);
  const recorder = new ProgressRecorder(input, run);
  const startedAtMs = input.carried?.startedAtMs ?? Date.now();
  setHandler(agentRunState, () => viewOf(input, run, recorder.seq));

  const nodes = new CancellationScope({ cancellable: true });
  const timer = startRunTimer(input, run, startedAtMs, nodes);
  const recording = CancellationScope.nonCancellable(() => recorder.start(input.carried === undefined));
  try {
    await driveToEnd(input, run, recorder, nodes);
  } finally {
    timer.cancel();
  }

  await CancellationScope.nonCancellable(() => recorder.stop(recording));
  if (!run.isOver) {
    // A cancel request is not carried over by continue-as-new: one that came while the run drained is obeyed here.
    await CancellationScope.nonCancellable(() => recorder.recordRest());
    if (!CancellationScope.current().consideredCancelled) return await continueRun(input, run, recorder, startedAtMs);
    run.end(CANCELLED);
  }
  return await CancellationScope.nonCancellable(() => finishRun(run, recorder));
}

/** Returns when the run is over, or drained for continue-as-new. A cancel request stops what runs and is not an error. */
async function driveToEnd(
  input: AgentRunInput,
  run: AgentRun,
  recorder: ProgressRecorder,
  nodes: CancellationScope,
): Promise<void> {
  const step = () => {
    if (run.ending?.stopsRunning) nodes.cancel();
    else if (historyIsLong(input)) run.drain();
    for (const index of run.start()) launch(index);
    recorder.changed();
    setCurrentDetails(detailsOf(run));
  };
  const launch = (index: number) => void nodes.run(() => runNode(input, run, index)).finally(step);
  const idle = () => run.isOver || run.isDrained;

  step();
  try {
    await condition(idle);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    run.end(CANCELLED);
    await CancellationScope.nonCancellable(async () => {
      step();
      await condition(idle);
    });
  }
}

/** A timer of its own, so that waiting for limits, people or a dead provider never outlives the run's timeout. */
function startRunTimer(
  input: AgentRunInput,
  run: AgentRun,
  startedAtMs: number,
  nodes: CancellationScope,
): CancellationScope {
  const scope = new CancellationScope({ cancellable: true });
  const { timeoutSeconds } = input.plan;
  const left = Math.max(1, startedAtMs + timeoutSeconds * 1000 - Date.now());
  const expire = async () => {
    await sleep(left, { summary: 'run timeout' });
    run.end({
      status: 'failed',
      reasonCode: 'run_timeout',
      reason: `The run did not end within ${timeoutSeconds} s.`,
      stopsRunning: true,
    });
    nodes.cancel();
  };
  scope.run(expire).catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });
  return scope;
}

function historyIsLong(input: AgentRunInput): boolean {
  const info = workflowInfo();
  return (
    info.historyLength >= (input.continueAsNewAfterEvents ?? CONTINUE_AS_NEW_EVENTS) || info.continueAsNewSuggested
  );
}

async function continueRun(
  input: AgentRunInput,
  run: AgentRun,
  recorder: ProgressRecorder,
  startedAtMs: number,
): Promise<never> {
  await condition(allHandlersFinished);
  const carried: CarriedState = {
    startedAtMs,
    progressSeq: recorder.seq,
    nodes: run.nodes.map(({ status, reasonCode, costMicroUsd }) => ({ status, reasonCode, costMicroUsd })),
  };
  return await continueAsNew<(input: AgentRunInput) => Promise<AgentRunResult>>({ ...input, carried });
}

async function finishRun(run: AgentRun, recorder: ProgressRecorder): Promise<AgentRunResult> {
  const ending = run.finish();
  setCurrentDetails(detailsOf(run, ending));
  await recorder.recordEnd(ending);
  upsertSearchAttributes([
    { key: STATUS_ATTRIBUTE, value: ending.status },
    { key: COST_ATTRIBUTE, value: microToUsd(run.costMicroUsd) },
  ]);
  await condition(allHandlersFinished);
  return resultOf(run, ending);
}

function resultOf(run: AgentRun, { status, reasonCode, reason }: RunEnding): AgentRunResult {
  return {
    status,
    reasonCode,
    reason,
    completed: run.count('completed'),
    total: run.nodes.length,
    costMicroUsd: run.costMicroUsd,
  };
}

function viewOf(input: AgentRunInput, run: AgentRun, progressSeq: number): AgentRunStateView {
  return {
    status: run.isOver ? (run.ending?.status ?? 'running') : 'running',
    nodes: run.nodes.map(({ status, reasonCode }, index) => ({
      name: input.plan.nodes[index]!.name,
      status,
      reasonCode,
    })),
    historyLength: workflowInfo().historyLength,
    progressSeq,
  };
}

/** The live line of the Web UI. Costs no history event. */
function detailsOf(run: AgentRun, ending?: RunEnding): string {
  const failed = run.count('failed') + run.count('rate_limited') + run.count('budget_exceeded');
  const counts = `${run.count('completed')} of ${run.nodes.length} agents completed, ${run.runningCount} running, ${failed} failed, ${run.count('cancelled')} cancelled`;
  return `**${ending?.status ?? 'running'}** · ${counts} · ${formatUsd(run.costMicroUsd)}${ending?.reason ? `\n\n${ending.reason}` : ''}`;
}
