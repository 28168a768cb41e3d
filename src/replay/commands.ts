import type { Workflow } from '@temporalio/worker/lib/workflow/interface';
import { valueOf, valuesOf } from './payload';
import type { Step } from './step';

type Completion = Awaited<ReturnType<Workflow['activate']>>;
export type Command = NonNullable<NonNullable<Completion['successful']>['commands']>[number];

type Reader<K extends keyof Command> = (command: NonNullable<Command[K]>) => Step | undefined;

const some = (value: string | null | undefined): string | undefined => value ?? undefined;
const seqOf = ({ seq }: { seq?: number | null }): string | undefined => (seq ? String(seq) : undefined);

/** The event that each command would write. The ones that write none are not here. */
const STEPS: { readonly [K in keyof Command]?: Reader<K> } = {
  scheduleActivity: ({ activityId, activityType, arguments: args, seq }) => ({
    ...{ type: 'ActivityTaskScheduled', id: some(activityId) ?? seqOf({ seq }), name: some(activityType) },
    args: valuesOf(args),
  }),
  requestCancelActivity: (command) => ({ type: 'ActivityTaskCancelRequested', id: seqOf(command) }),
  startTimer: (command) => ({ type: 'TimerStarted', id: seqOf(command) }),
  cancelTimer: (command) => ({ type: 'TimerCanceled', id: seqOf(command) }),
  scheduleLocalActivity: ({ activityType, seq }) => ({
    ...{ type: 'MarkerRecorded', id: seqOf({ seq }), name: some(activityType) },
  }),
  setPatchMarker: ({ patchId }) => ({ type: 'MarkerRecorded', id: some(patchId), name: 'core_patch' }),
  startChildWorkflowExecution: ({ workflowId, workflowType }) => ({
    ...{ type: 'StartChildWorkflowExecutionInitiated', id: some(workflowId), name: some(workflowType) },
  }),
  cancelChildWorkflowExecution: () => ({ type: 'RequestCancelExternalWorkflowExecutionInitiated' }),
  requestCancelExternalWorkflowExecution: () => ({ type: 'RequestCancelExternalWorkflowExecutionInitiated' }),
  signalExternalWorkflowExecution: ({ signalName }) => ({
    ...{ type: 'SignalExternalWorkflowExecutionInitiated', name: some(signalName) },
  }),
  upsertWorkflowSearchAttributes: () => ({ type: 'UpsertWorkflowSearchAttributes' }),
  modifyWorkflowProperties: () => ({ type: 'WorkflowPropertiesModified' }),
  updateResponse: ({ protocolInstanceId, accepted, completed }) =>
    updateStep(some(protocolInstanceId), { accepted, completed }),
  completeWorkflowExecution: () => ({ type: 'WorkflowExecutionCompleted' }),
  failWorkflowExecution: () => ({ type: 'WorkflowExecutionFailed' }),
  cancelWorkflowExecution: () => ({ type: 'WorkflowExecutionCanceled' }),
  continueAsNewWorkflowExecution: ({ workflowType }) => ({
    type: 'WorkflowExecutionContinuedAsNew',
    name: some(workflowType),
  }),
};

/** A refused update leaves nothing in history. */
function updateStep(id: string | undefined, { accepted, completed }: { accepted?: unknown; completed?: unknown }) {
  if (accepted) return { type: 'WorkflowExecutionUpdateAccepted', id };
  return completed ? { type: 'WorkflowExecutionUpdateCompleted', id } : undefined;
}

/** @returns nothing for a command that writes no event */
export function stepOf(command: Command): Step | undefined {
  for (const kind of Object.keys(STEPS) as (keyof Command)[]) {
    const given = command[kind];
    if (given === null || given === undefined) continue;
    const step = (STEPS[kind] as Reader<typeof kind>)(given);
    const summary = command.userMetadata?.summary;
    return step && { ...step, ...(summary ? { summary: String(valueOf(summary)) } : {}) };
  }
  return undefined;
}
