import type { HistoryEvent } from '../contracts/wire/run-history.schema';
import { valueOf, valuesOf } from './payload';
import type { RecordedStep, Step } from './step';

type Attributes = Record<string, unknown>;
type Reader = (attributes: Attributes, scheduled: ReadonlyMap<string, string>) => Omit<Step, 'type'>;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const nameOf = (value: unknown): string | undefined => text((value as Attributes | undefined)?.['name']);
const nothing: Reader = () => ({});

/** The events that are written because the workflow asked for them; all others tell it what happened. */
const STEPS: Readonly<Record<string, Reader>> = {
  ActivityTaskScheduled: ({ activityId, activityType, input }) => ({
    ...{ id: text(activityId), name: nameOf(activityType) },
    args: valuesOf((input as { payloads?: [] } | undefined)?.payloads),
  }),
  ActivityTaskCancelRequested: ({ scheduledEventId }, scheduled) => ({ id: scheduled.get(String(scheduledEventId)) }),
  TimerStarted: ({ timerId }) => ({ id: text(timerId) }),
  TimerCanceled: ({ timerId }) => ({ id: text(timerId) }),
  MarkerRecorded: ({ markerName, details }) => markerOf(text(markerName), details as Attributes | undefined),
  StartChildWorkflowExecutionInitiated: ({ workflowId, workflowType }) => ({
    id: text(workflowId),
    name: nameOf(workflowType),
  }),
  RequestCancelExternalWorkflowExecutionInitiated: nothing,
  SignalExternalWorkflowExecutionInitiated: ({ signalName }) => ({ name: text(signalName) }),
  UpsertWorkflowSearchAttributes: nothing,
  WorkflowPropertiesModified: nothing,
  WorkflowExecutionUpdateAccepted: ({ protocolInstanceId }) => ({ id: text(protocolInstanceId) }),
  WorkflowExecutionUpdateCompleted: ({ meta }) => ({ id: text((meta as Attributes | undefined)?.['updateId']) }),
  WorkflowExecutionCompleted: nothing,
  WorkflowExecutionFailed: nothing,
  WorkflowExecutionCanceled: nothing,
  WorkflowExecutionContinuedAsNew: ({ workflowType }) => ({ name: nameOf(workflowType) }),
};

/** What the workflow asked for when its history was written, in order. */
export function recordedSteps(events: readonly HistoryEvent[]): RecordedStep[] {
  const activityIds = new Map<string, string>();
  return events.flatMap((event) => {
    const type = typeOf(event);
    const read = STEPS[type];
    if (read === undefined) return [];
    const step = read(attributesOf(event), activityIds);
    if (type === 'ActivityTaskScheduled' && step.id !== undefined) activityIds.set(event.eventId, step.id);
    return [{ eventId: Number(event.eventId), type, ...step, summary: summaryOf(event) }];
  });
}

/** `EVENT_TYPE_TIMER_STARTED` → `TimerStarted`, as older tools write it at once. */
export function typeOf({ eventType }: HistoryEvent): string {
  if (!eventType.startsWith('EVENT_TYPE_')) return eventType;
  const words = eventType
    .replace(/^EVENT_TYPE_/, '')
    .toLowerCase()
    .split('_');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function attributesOf(event: HistoryEvent): Attributes {
  const name = Object.keys(event).find((key) => key.endsWith('EventAttributes'));
  return name === undefined ? {} : (event[name] as Attributes);
}

function summaryOf({ userMetadata }: HistoryEvent): string | undefined {
  const { summary } = (userMetadata ?? {}) as { summary?: { data?: string } };
  return summary === undefined ? undefined : text(valueOf(summary));
}

/** Markers of the SDK's core: a local activity by its number and type, a patch by its id. */
function markerOf(marker: string | undefined, details: Attributes | undefined): Omit<Step, 'type'> {
  const data = details?.[marker === 'core_patch' ? 'patch-data' : 'data'] as { payloads?: [] } | undefined;
  const [value] = valuesOf(data?.payloads) as [Attributes | undefined];
  if (marker === 'core_local_activity') return { id: String(value?.['seq']), name: text(value?.['activity_type']) };
  if (marker === 'core_patch') return { id: text(value?.['id']), name: marker };
  return { name: marker };
}
