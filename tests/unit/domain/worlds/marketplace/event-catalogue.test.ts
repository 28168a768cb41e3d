import { MARKET_EVENTS } from '../../../../../src/domain/worlds/marketplace/event-catalogue';
import { playMarket } from '../../../../../src/domain/worlds/marketplace/trials/play-market';
import { misformed } from '../../../../../src/domain/worlds/event-form';
import { MARKETS, playsOf } from '../../../../sweep/markets';

const EXAMPLES = Object.keys(MARKETS).length - 1; // the standard market is no example
const DAYS = 90;

test('all that the example markets tell is as the catalogue says, and nothing in the catalogue is never told', () => {
  const told = new Set<string>();
  const wrong = new Set<string>();
  for (let turn = 0; turn < 2 * EXAMPLES; turn += 1) {
    const seed = turn * (EXAMPLES + 1); // the next example, and the next mind
    const { scenario, mind } = playsOf(seed, DAYS)[1]!;
    for (const event of playMarket(scenario, seed, mind).days.flatMap(({ events }) => events)) {
      told.add(event.type);
      const problem = misformed(MARKET_EVENTS, event);
      if (problem) wrong.add(problem);
    }
  }
  expect([...wrong]).toEqual([]);
  expect([...told].sort()).toEqual(Object.keys(MARKET_EVENTS).sort());
});

test.each([
  ['another type', { type: 'stokout', subject: 'a' }, 'no event type "stokout"; there are: day-closed, '],
  ['nobody whom it is about', { type: 'stockout', data: { orders: 1, empty: 1 } }, 'stockout: no subject'],
  ['a member too few', { type: 'stockout', subject: 'a', data: { orders: 1 } }, 'stockout: data without empty'],
  ['a member too many', { type: 'return-arrived', subject: 'a', data: { units: 1, x: 1 } }, 'data with x'],
  ['half a unit', { type: 'return-arrived', subject: 'a', data: { units: 0.5 } }, 'units is 0.5; expected integer'],
])('an event with %s is not as the catalogue says', (_, event, problem) => {
  expect(misformed(MARKET_EVENTS, event)).toContain(problem);
});

test('a member may be missing where it is optional, and is checked where it is there', () => {
  const data = { event: 'price_war', id: 'EVT-1', severity: 0.5, days: 3 };
  const started = (more: object) => ({ type: 'market-event-started', subject: 'P001', data: { ...data, ...more } });
  expect(misformed(MARKET_EVENTS, started({}))).toBeUndefined();
  expect(misformed(MARKET_EVENTS, started({ from: 'north' }))).toBeUndefined();
  expect(misformed(MARKET_EVENTS, started({ from: 7 }))).toContain('from is 7; expected text');
});
