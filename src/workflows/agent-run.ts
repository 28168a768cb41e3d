import { allHandlersFinished, CancellationScope, condition, continueAsNew } from '@temporalio/workflow';
import type { AgentRunInput, AgentRunResult, CarriedState } from '../contracts/agent-run';
import { AgentRun } from '../domain/agents/agent-run';
import type { RunEnding } from '../domain/agents/run-ending';
import { AgentRunDriver } from './agent-run-driver';
import { answerMessages } from './agent-run-messages';
import { ProgressRecorder } from './progress-recorder';
import { RunClock } from './run-clock';
import { showDetails, showEnd } from './run-details';

/**
 * One agent graph, run to its end. All decisions are AgentRun's; here promises are started, awaited and cancelled.
 * Completed nodes are recorded by their payment's transaction, so a call costs 6 history events, not 12.
 */
export async function agentRun(input: AgentRunInput): Promise<AgentRunResult> {
  const run = new AgentRun(input.plan, input.carried);
  const recorder = new ProgressRecorder(input, run);
  const driver = new AgentRunDriver(input, run, recorder);
  answerMessages(input, run, recorder, driver);

  const clock = new RunClock(input.carried?.clockLeftMs ?? input.plan.timeoutSeconds * 1000, run);
  clock.start(() => driver.expire());
  const recording = CancellationScope.nonCancellable(() => recorder.start(input.carried === undefined));
  try {
    await driver.driveToEnd();
  } finally {
    clock.stop();
  }

  await CancellationScope.nonCancellable(() => recorder.stop(recording));
  if (!run.isOver) {
    // A cancel request is not carried over by continue-as-new: one that came while the run drained is obeyed here.
    await CancellationScope.nonCancellable(() => recorder.recordRest());
    if (!CancellationScope.current().consideredCancelled) return await continueRun(input, run, recorder, driver, clock);
    driver.cancel();
  }
  return await CancellationScope.nonCancellable(() => finishRun(run, recorder));
}

async function continueRun(
  input: AgentRunInput,
  run: AgentRun,
  recorder: ProgressRecorder,
  driver: AgentRunDriver,
  clock: RunClock,
): Promise<never> {
  await condition(allHandlersFinished);
  const { nodes, waiting, paused, priorities } = run.carry();
  const carried: CarriedState = {
    clockLeftMs: clock.leftMs,
    progressSeq: recorder.seq,
    nodes: [...nodes],
    ...(paused ? { paused } : {}),
    ...(waiting.length > 0 ? { waiting: waiting.map(([index, keys]) => [index, [...keys]]) } : {}),
    ...(driver.decisions.size > 0 ? { decisions: [...driver.decisions] } : {}),
    ...(priorities.length > 0 ? { priorities: [...priorities] } : {}),
  };
  return await continueAsNew<(input: AgentRunInput) => Promise<AgentRunResult>>({ ...input, carried });
}

async function finishRun(run: AgentRun, recorder: ProgressRecorder): Promise<AgentRunResult> {
  const ending = run.finish();
  showDetails(run, ending);
  await recorder.recordEnd(ending);
  showEnd(run, ending);
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
