import fc from 'fast-check';
import { advancePlan, type Playbook, type Situation } from '../../../../../src/domain/simulation/mind/advance-plan';
import {
  NO_PLAN,
  progressOf,
  readyActions,
  realistic,
  withDone,
  type Objective,
  type Plan,
} from '../../../../../src/domain/simulation/mind/plan';

const playbook: Playbook = () => ({
  ...{ targets: { sales: 120 }, timeframeTicks: 10, priority: 'medium', steps: ['order', 'advertise'] },
});
const calm: Situation = { tick: 1, health: 0.9, metrics: { sales: 100 }, eventSeverity: 0, competitorSeverity: 0 };
const advance = (plan: Plan | undefined, change: Partial<Situation> = {}) =>
  advancePlan(plan, { ...calm, ...change }, playbook);
const statuses = ({ objectives }: Plan) => objectives.map(({ type, status }) => `${type} ${status}`);
const first = advance(undefined).plan;

// the average of min(1, current / target)
test.each<[string, Record<string, number>, Record<string, number>, number]>([
  ['half way', { a: 10 }, { a: 5 }, 0.5],
  ['beyond it counts as 1', { a: 10, b: 10 }, { a: 90, b: 5 }, 0.75],
  ['a loss is no progress', { a: 10 }, { a: -5 }, 0],
  ['what is not measured is not reached', { a: 10, b: 10 }, { a: 10 }, 0.5],
  ['nothing to reach', { a: 0 }, { a: 0 }, 1],
  ['no targets', {}, {}, 0],
])('progress: %s', (_, targets, metrics, progress) => {
  expect(progressOf({ targets }, metrics)).toBeCloseTo(progress, 12);
});

test('more than twice what there is becomes half as much again; from nothing, half of it', () => {
  expect(realistic({ a: 201, b: 200, c: 40 }, { a: 100, b: 100 })).toEqual({ a: 150, b: 200, c: 20 });
});

test.each<[number, string]>([
  [0.29, 'recovery'],
  [0.49, 'defensive'],
  [0.6, 'exploratory'],
  [0.8, 'optimization'],
  [0.81, 'growth'],
])('a health of %d asks for %s', (health, type) => {
  expect(statuses(advance(undefined, { health }).plan)).toEqual([`${type} active`]);
});

test('one objective at a time, until it is reached or its time is over', () => {
  expect(statuses(advance(first, { tick: 10 }).plan)).toEqual(['growth active']);
  expect(statuses(advance(first, { tick: 11 }).plan)).toEqual(['growth failed', 'growth active']);
  expect(statuses(advance(first, { tick: 5, metrics: { sales: 120 } }).plan)).toEqual([
    'growth completed',
    'growth active',
  ]);
});

test('below 0.3 of the way it is urgent', () => {
  const priority = (sales: number) => advance(first, { metrics: { sales } }).plan.objectives[0]!.priority;
  expect([priority(36), priority(35)]).toEqual(['medium', 'high']); // 36 / 120 = 0.3
});

test('a severe event puts growth on hold, and its end lets it go on', () => {
  const held = advance(first, { tick: 2, eventSeverity: 0.71 });
  expect(statuses(held.plan)).toEqual(['growth on_hold']);
  expect(held.events).toEqual([
    { type: 'plan-updated', objectiveId: 'objective-1', says: 'growth is on_hold, its priority medium' },
  ]);
  expect(readyActions(held.plan, 9)).toEqual([]);
  expect(statuses(advance(held.plan, { tick: 3, eventSeverity: 0.7 }).plan)).toEqual(['growth active']);
});

test('a severe act of a competitor adds a defence, once, and it goes on during events', () => {
  const attacked = advance(first, { tick: 2, competitorSeverity: 0.8, eventSeverity: 0.9 }).plan;
  expect(statuses(attacked)).toEqual(['growth on_hold', 'defensive active']);
  expect(statuses(advance(attacked, { tick: 3, competitorSeverity: 0.8, eventSeverity: 0.9 }).plan)).toHaveLength(2);
});

test('what is new waits until the day after the defence is over', () => {
  const attacked = advance(first, { tick: 2, competitorSeverity: 0.8 }).plan;
  const late = advance(attacked, { tick: 11 }).plan; // growth failed; the defence lasts until 12
  expect(statuses(late)).toEqual(['growth failed', 'defensive active', 'growth draft']);
  expect(statuses(advance(advance(late, { tick: 12 }).plan, { tick: 13 }).plan)).toEqual([
    'growth failed',
    'defensive failed',
    'growth active',
  ]);
});

test('to be rescued cancels what was to be built', () => {
  expect(statuses(advance(first, { health: 0.2 }).plan)).toEqual(['growth cancelled', 'recovery active']);
});

describe('steps', () => {
  const types = (plan: Plan, tick: number) => readyActions(plan, tick).map(({ type }) => type);

  test('are due one after the other, each from its tick on and after the one before', () => {
    expect(types(first, 1)).toEqual(['order']);
    expect(types(first, 5)).toEqual(['order']);
    const ordered = withDone(first, 1, new Set(['order', 'advertise']));
    expect([types(ordered, 1), types(ordered, 2)]).toEqual([[], ['advertise']]);
    expect(types(withDone(ordered, 2, new Set(['advertise'])), 9)).toEqual([]);
  });

  test('two of a kind that fall on one tick: the later one waits a tick', () => {
    const attacked = advance(first, { tick: 1, competitorSeverity: 0.8 }).plan;
    expect(attacked.actions.map(({ type, fromTick }) => `${type} ${fromTick}`)).toEqual([
      ...['order 1', 'advertise 2', 'order 2', 'advertise 3'],
    ]);
  });
});

test('a thousand ticks of any fortune: a plan of bounded size, numbers that are never used again, one story per seed', () => {
  const fortune = fc.record({
    health: fc.double({ min: 0, max: 1, noNaN: true }),
    sales: fc.integer({ min: -50, max: 500 }),
    eventSeverity: fc.constantFrom(0, 0.75),
    competitorSeverity: fc.constantFrom(0, 0.8),
  });
  const play = (fortunes: { health: number; sales: number; eventSeverity: number; competitorSeverity: number }[]) =>
    fortunes.reduce((plan, { sales, ...situation }, tick) => {
      const next = advance(plan, { ...situation, tick, metrics: { sales } }).plan;
      expect(next.objectives.length).toBeLessThanOrEqual(13);
      expect(new Set(next.objectives.map(({ id }: Objective) => id)).size).toBe(next.objectives.length);
      return next;
    }, NO_PLAN);
  fc.assert(
    fc.property(fc.array(fortune, { maxLength: 120 }), (fortunes) => {
      expect(play(fortunes)).toEqual(JSON.parse(JSON.stringify(play(fortunes))));
    }),
    { numRuns: 40 },
  );
});
