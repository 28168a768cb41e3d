import fc from 'fast-check';
import { firstDivergence, otherArguments } from '../../../src/replay/divergence';
import { recordedSteps, typeOf } from '../../../src/replay/events';
import type { FoundStep, RecordedStep, Step } from '../../../src/replay/step';

const recorded = (...steps: Step[]): RecordedStep[] => steps.map((step, at) => ({ eventId: 5 + at, ...step }));
const found = (...steps: Step[]): FoundStep[] => steps.map((step, index) => ({ index, ...step }));
const activity = (id: string, name: string, args?: unknown[]): Step => ({
  type: 'ActivityTaskScheduled',
  id,
  name,
  args,
});
const timer = (id: string): Step => ({ type: 'TimerStarted', id });
const local = (id: string, name: string): Step => ({ type: 'MarkerRecorded', id, name });

describe('the first difference', () => {
  const cases: [
    what: string,
    RecordedStep[],
    FoundStep[],
    number | undefined,
    number | undefined,
    at: object | undefined,
  ][] = [
    ['none', recorded(activity('1', 'a')), found(activity('1', 'a')), undefined, undefined, undefined],
    ['another type', recorded(activity('1', 'a')), found(timer('1')), undefined, 5, { type: 'TimerStarted' }],
    ['another name', recorded(activity('1', 'a')), found(activity('1', 'b')), undefined, 5, { name: 'b' }],
    ['another number', recorded(timer('1')), found(timer('2')), undefined, 5, { id: '2' }],
    ['less', recorded(timer('1'), activity('1', 'a')), found(timer('1')), undefined, 6, undefined],
    ['more', recorded(timer('1')), found(timer('1'), timer('2')), undefined, undefined, { id: '2' }],
    ['as Temporal says', recorded(timer('1'), timer('2')), found(timer('1'), timer('2')), 6, 6, { id: '2' }],
    ['of local steps', recorded(local('1', 'a')), found(local('1', 'b')), undefined, 5, { name: 'b' }],
  ];
  test.each(cases)('%s', (_what, before, now, failedEventId, eventId, at) => {
    const divergence = firstDivergence(before, now, failedEventId);
    expect(divergence?.expected?.eventId).toBe(eventId);
    if (at === undefined) expect(divergence?.found).toBeUndefined();
    else expect(divergence?.found).toMatchObject(at);
  });

  it('does not mind when local steps end in another order than they began', () => {
    const before = recorded(activity('1', 'a'), local('2', 'y'), local('1', 'x'));
    expect(firstDivergence(before, found(local('1', 'x'), local('2', 'y'), activity('1', 'a')))).toBeUndefined();
  });

  it('is where the first step was changed, whichever it was', () => {
    const ids = fc.uniqueArray(fc.nat(1_000).map(String), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(ids, fc.nat(), (names, seed) => {
        const at = seed % names.length;
        const changed = names.map((name, index) => activity(String(index), index === at ? `${name}!` : name));
        const before = recorded(...names.map((name, index) => activity(String(index), name)));
        expect(firstDivergence(before, found(...changed))?.expected?.eventId).toBe(5 + at);
      }),
    );
  });
});

describe('arguments', () => {
  const call = (id: string, node: string) => activity(id, 'callAgent', [{ node, callIndex: 0 }]);

  it('that changed places are found, with the event that recorded them', () => {
    const others = otherArguments(recorded(call('1', 'a'), call('2', 'b')), found(call('1', 'b'), call('2', 'a')));
    expect(others.map(({ path, recordedAt }) => [path, recordedAt])).toEqual([
      ['[0].node', 6],
      ['[0].node', 5],
    ]);
  });

  it('may gain members, not lose or change them', () => {
    const before = recorded(activity('1', 'a', [{ x: { y: 1 } }]));
    expect(otherArguments(before, found(activity('1', 'a', [{ x: { y: 1, z: 2 }, w: 3 }])))).toEqual([]);
    expect(otherArguments(before, found(activity('1', 'a', [{ x: {} }])))[0]?.path).toBe('[0].x.y');
    expect(otherArguments(before, found(activity('1', 'a', [{ x: { y: 2 } }])))[0]).toMatchObject({ path: '[0].x.y' });
  });

  it('of another activity are that activity’s', () => {
    expect(otherArguments(recorded(activity('1', 'a', [1])), found(activity('1', 'b', [2])))).toEqual([]);
  });
});

describe('events', () => {
  it('have one name, however a tool spells them', () => {
    expect(typeOf({ eventId: '1', eventType: 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED' })).toBe('ActivityTaskScheduled');
    expect(typeOf({ eventId: '1', eventType: 'ActivityTaskScheduled' })).toBe('ActivityTaskScheduled');
  });

  it('that the workflow did not ask for are no steps, and a cancel request names its activity', () => {
    const steps = recordedSteps([
      { eventId: '1', eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED', workflowExecutionStartedEventAttributes: {} },
      {
        ...{ eventId: '5', eventType: 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED' },
        activityTaskScheduledEventAttributes: { activityId: '3', activityType: { name: 'callAgent' } },
      },
      {
        ...{ eventId: '7', eventType: 'EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED' },
        activityTaskCancelRequestedEventAttributes: { scheduledEventId: '5' },
      },
    ]);
    expect(steps).toMatchObject([
      { eventId: 5, type: 'ActivityTaskScheduled', id: '3', name: 'callAgent' },
      { eventId: 7, type: 'ActivityTaskCancelRequested', id: '3' },
    ]);
  });
});
