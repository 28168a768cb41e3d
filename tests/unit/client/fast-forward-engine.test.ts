import { FastForwardEngine, SimulationEvent } from '../../../src/client';

const dayStart = (data: Record<string, number> = {}) => ({ type: SimulationEvent.DAY_START, data });

test('a rule acts when its condition holds for an event of its type', () => {
  const engine = new FastForwardEngine();
  engine.addRule(SimulationEvent.DAY_START, ({ data }) => data?.['orders'] === 0, engine.advanceSimulationTime(7));
  expect(engine.evaluateAndApplyRules(dayStart({ orders: 3 }), 10)).toEqual([]);
  expect(engine.evaluateAndApplyRules({ type: 'stockout', data: { orders: 0 } }, 10)).toEqual([]);
  const [applied] = engine.evaluateAndApplyRules(dayStart({ orders: 0 }), 10);
  expect(applied).toMatchObject({ rule: { on: 'day-started', do: { advance: 7 } }, stop: { untilTick: 17, wake: [] } });
  expect(engine.untilTick).toBe(17);
});

test('every rule is checked, not only the first that fits; time goes as far as the furthest', () => {
  const engine = new FastForwardEngine({ conditions: { always: () => true } });
  engine.addRule('sale', 'always', { advance: 2 }).addRule('sale', 'always', { untilTick: 30 });
  engine.addRule('sale', 'always', { untilWake: ['stockout'], atMost: 9 });
  const stops = engine.evaluateAndApplyRules({ type: 'sale' }, 4).map(({ stop }) => stop);
  expect(stops).toEqual([
    { untilTick: 6, wake: [] },
    { untilTick: 30, wake: [] },
    { untilTick: 13, wake: ['stockout'] },
  ]);
  expect(engine.untilTick).toBe(30);
});

test('rules come from a configuration and go to a run as they are; a function cannot go with them', () => {
  const rules = [{ on: 'day-closed', when: 'quiet', do: { advance: 5 } }];
  const engine = new FastForwardEngine({ rules });
  expect(engine.rules).toEqual(rules);
  engine.addRule('sale', () => true, { advance: 1 });
  expect(() => engine.rules).toThrow('the condition on "sale" is a function');
});

test('what cannot be is refused: a condition that nobody gave, a part of a day', () => {
  const engine = new FastForwardEngine().addRule('sale', 'nope', { advance: 1 });
  expect(() => engine.evaluateAndApplyRules({ type: 'sale' })).toThrow('has no condition "nope"');
  expect(() => engine.advanceSimulationTime(0.5)).toThrow('expected whole days from 1, got 0.5');
});
