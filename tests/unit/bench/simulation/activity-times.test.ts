import { activityTimesMs } from '../../../../bench/simulation/activity-times';
import type { History } from '../../../../bench/execution';

type Event = NonNullable<History['events']>[number];
type Number64 = NonNullable<Event['eventId']>;

const id = (value: number) => value as unknown as Number64;
const at = (eventId: number, ms: number, attributes: object): Event => ({
  eventId: id(eventId),
  eventTime: { seconds: id(Math.floor(ms / 1_000)), nanos: (ms % 1_000) * 1e6 },
  ...attributes,
});
const scheduled = (eventId: number, ms: number, name: string) =>
  at(eventId, ms, { activityTaskScheduledEventAttributes: { activityType: { name } } });
const started = (eventId: number, ms: number, of: number) =>
  at(eventId, ms, { activityTaskStartedEventAttributes: { scheduledEventId: id(of) } });
const completed = (eventId: number, ms: number, of: number) =>
  at(eventId, ms, { activityTaskCompletedEventAttributes: { scheduledEventId: id(of) } });

const history: History = {
  events: [
    scheduled(5, 10_000, 'recordTicks'),
    scheduled(6, 10_000, 'decide'),
    started(7, 10_020, 6),
    started(8, 10_900, 5),
    completed(9, 11_000, 6),
    completed(10, 11_150, 5),
    scheduled(11, 12_000, 'recordTicks'),
    started(12, 12_001, 11),
  ],
};

test('an activity takes from its start to its end; waiting in the queue does not count, nor does one that has not ended', () => {
  expect(activityTimesMs(history, 'recordTicks')).toEqual([250]);
  expect(activityTimesMs(history, 'decide')).toEqual([980]);
});

test('of a type that was not there, there are no times', () => {
  expect(activityTimesMs(history, 'conclude')).toEqual([]);
});
