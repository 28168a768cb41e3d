import type { temporal } from '@temporalio/proto';
import { timeOf, type History } from '../execution';

type Event = temporal.api.history.v1.IHistoryEvent;

/** How long each activity of this type took, from its start in a worker to its end, by the server's clock; in ms. */
export function activityTimesMs({ events }: History, type: string): number[] {
  const scheduled = new Set(events!.filter((event) => typeOf(event) === type).map(({ eventId }) => String(eventId)));
  const startedAt = new Map(
    events!.flatMap((event): [string, number][] => {
      const id = event.activityTaskStartedEventAttributes?.scheduledEventId;
      return id && scheduled.has(String(id)) ? [[String(id), timeOf(event)]] : [];
    }),
  );
  return events!.flatMap((event) => {
    const id = event.activityTaskCompletedEventAttributes?.scheduledEventId;
    const began = id && startedAt.get(String(id));
    return began ? [timeOf(event) - began] : [];
  });
}

function typeOf({ activityTaskScheduledEventAttributes }: Event): string | null | undefined {
  return activityTaskScheduledEventAttributes?.activityType?.name;
}
