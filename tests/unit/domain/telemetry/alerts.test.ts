import {
  checkAlerts,
  type AlertFacts,
  type EventRule,
  type MetricRule,
  type Operator,
} from '../../../../src/domain/telemetry/alerts';

const MINUTE_MS = 60_000;
const metricRule: MetricRule = {
  ...{ name: 'failures', severity: 'critical', notificationIntervalMinutes: 10 },
  ...{ metric: 'failure_rate', operator: '>', threshold: 0.2 },
};
const eventRule: EventRule = {
  ...{ name: 'storm', severity: 'warning', notificationIntervalMinutes: 10 },
  ...{ eventType: 'agent-failed', frequencyThreshold: 3, timeWindowMinutes: 5 },
};
/** Values of the metric, one per series, and minutes at which the event happened. */
const facts = (values: number[], minutes: number[] = []): AlertFacts => ({
  latest: values.map((value, index) => ({ name: 'failure_rate', value, tags: { of: String(index) }, atMs: 0 })),
  eventsSince: (type, sinceMs) =>
    type === 'agent-failed' ? minutes.filter((minute) => minute * MINUTE_MS >= sinceMs).length : 0,
});

test.each<[Operator, number, boolean]>([
  ['>', 0.21, true],
  ['>', 0.2, false],
  ['>=', 0.2, true],
  ['>=', 0.19, false],
  ['<', 0.19, true],
  ['<', 0.2, false],
  ['<=', 0.2, true],
  ['<=', 0.21, false],
  ['==', 0.2, true],
  ['==', 0.21, false],
])('0.2 %s: %d fires: %s', (operator, value, fires) => {
  const { alerts } = checkAlerts([{ ...metricRule, operator }], facts([value]), new Map(), 0);
  expect(alerts).toEqual(fires ? [{ rule: 'failures', severity: 'critical', found: value, notify: true }] : []);
});

test('one series beyond the threshold is enough, and an unknown metric never fires', () => {
  expect(checkAlerts([metricRule], facts([0.1, 0.5]), new Map(), 0).alerts).toMatchObject([{ found: 0.5 }]);
  expect(checkAlerts([{ ...metricRule, metric: 'else' }], facts([1]), new Map(), 0).alerts).toEqual([]);
});

test.each<[string, number[], number[]]>([
  ['three within the window', [6, 7, 10], [3]],
  ['the first of three at its very edge', [5, 7, 10], [3]],
  ['one of three before it', [4, 7, 10], []],
  ['more than enough', [6, 7, 8, 9], [4]],
])('events, five minutes back from the tenth: %s', (_, minutes, counts) => {
  const { alerts } = checkAlerts([eventRule], facts([], minutes), new Map(), 10 * MINUTE_MS);
  expect(alerts.map(({ found }) => found)).toEqual(counts);
});

test('who was told is not told again within the interval, then is', () => {
  const at = (minute: number, notified: ReadonlyMap<string, number>) =>
    checkAlerts([metricRule], facts([0.5]), notified, minute * MINUTE_MS);
  const first = at(0, new Map());
  const second = at(9, first.notified);
  const third = at(10, second.notified);
  expect([first, second, third].map(({ alerts }) => alerts[0]!.notify)).toEqual([true, false, true]);
});

test('an alert that paused is still suppressed within the interval, and rules do not silence each other', () => {
  const first = checkAlerts([metricRule], facts([0.5]), new Map(), 0);
  const calm = checkAlerts([metricRule], facts([0.1]), first.notified, 1 * MINUTE_MS);
  const again = checkAlerts([metricRule, { ...metricRule, name: 'other' }], facts([0.5]), calm.notified, 2 * MINUTE_MS);
  expect(calm.alerts).toEqual([]);
  expect(again.alerts.map(({ rule, notify }) => [rule, notify])).toEqual([
    ['failures', false],
    ['other', true],
  ]);
});
