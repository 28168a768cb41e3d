import {
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  AGENT_RUN_STATE_QUERY,
  type AgentRunInput,
  type AgentRunStateView,
  DECIDE_TASK_UPDATE,
  type DecideTaskInput,
  type EndedItem,
  ITEMS_ENDED_SIGNAL,
  PAUSE_UPDATE,
  RESUME_UPDATE,
  SET_PRIORITY_UPDATE,
  type SetPriorityInput,
  UPDATE_REFUSED,
} from '../contracts/agent-run';
import type { AgentRun } from '../domain/agents/agent-run';
import type { AgentRunDriver } from './agent-run-driver';
import type { ProgressRecorder } from './progress-recorder';

export const agentRunState = defineQuery<AgentRunStateView>(AGENT_RUN_STATE_QUERY);
const pause = defineUpdate<void, []>(PAUSE_UPDATE);
const resume = defineUpdate<void, []>(RESUME_UPDATE);
const setPriority = defineUpdate<void, [SetPriorityInput]>(SET_PRIORITY_UPDATE);
const decideTask = defineUpdate<void, [DecideTaskInput]>(DECIDE_TASK_UPDATE);

const itemsEnded = defineSignal<[EndedItem[]]>(ITEMS_ENDED_SIGNAL);

/** What the run answers while it lasts. Handlers set state and never wait; saying something twice is saying it once. */
export function answerMessages(
  input: AgentRunInput,
  run: AgentRun,
  recorder: ProgressRecorder,
  driver: AgentRunDriver,
): void {
  const validator = () => refuseWhenDecided(run);
  const setPaused = (paused: boolean) => {
    if (run.isPaused !== paused) {
      if (paused) run.pause();
      else run.resume();
      recorder.note({ paused, events: [{ type: paused ? 'run-paused' : 'run-resumed' }] });
    }
    driver.step(); // always: a paused run that is told to pause 2,000 times would be refused the update that resumes it
  };
  setHandler(agentRunState, () => viewOf(input, run, recorder.seq));
  setHandler(itemsEnded, (items) => {
    if (!run.ending && !run.isOver) driver.itemsEnded(items);
  });
  setHandler(pause, () => setPaused(true), { validator });
  setHandler(resume, () => setPaused(false), { validator });
  setHandler<void, [DecideTaskInput], typeof decideTask>(
    decideTask,
    ({ taskKey, decision }) => driver.decide(taskKey, decision),
    {
      validator,
    },
  );
  setHandler(
    setPriority,
    ({ node, priority }) => {
      run.setPriority(run.indexOf(node)!, priority);
      recorder.note({ events: [{ type: 'priority-changed', node, data: { priority } }] });
      driver.step();
    },
    { validator: ({ node }: SetPriorityInput) => refuseUnlessPending(run, node) },
  );
}

function refuseWhenDecided(run: AgentRun): void {
  if (run.ending || run.isOver) throw refusal(`The run is ending as ${run.ending?.status ?? 'completed'}.`);
}

function refuseUnlessPending(run: AgentRun, node: string): void {
  refuseWhenDecided(run);
  const index = run.indexOf(node);
  if (index === undefined) throw refusal(`The run has no agent "${node}".`);
  const { status } = run.nodes[index]!;
  if (status !== 'pending')
    throw refusal(`Agent "${node}" is ${status}; only one that has not started has a turn to wait for.`);
}

function refusal(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, UPDATE_REFUSED);
}

function viewOf(input: AgentRunInput, run: AgentRun, progressSeq: number): AgentRunStateView {
  return {
    status: run.isOver ? (run.ending?.status ?? 'running') : 'running',
    paused: run.isPaused,
    nodes: run.nodes.map(({ status, reasonCode }, index) => ({
      name: input.plan.nodes[index]!.name,
      status,
      reasonCode,
    })),
    historyLength: workflowInfo().historyLength,
    progressSeq,
  };
}
