import { EXPLOITS } from '../../../../../../src/domain/evaluation/adversarial/exploits';
import { ACCEPT_ALL, type MarketDecision } from '../../../../../../src/domain/worlds/marketplace/agent/decision';
import type { MarketMind } from '../../../../../../src/domain/worlds/marketplace/bots';
import { metricTicks } from '../../../../../../src/domain/worlds/marketplace/metrics/metric-ticks';
import { STANDARD_MARKET } from '../../../../../../src/domain/worlds/marketplace/scenario';
import { playMarket } from '../../../../../../src/domain/worlds/marketplace/trials/play-market';

/** What a seller decides by day; by default he takes every order. */
const seller =
  (byDay: Record<number, Partial<MarketDecision>>): MarketMind =>
  ({ day }) => ({ decision: { ...ACCEPT_ALL, ...byDay[day] }, memory: null });
const quiet = { ...STANDARD_MARKET, days: 4, eventProbability: 0, adversarial: [{ day: 2, exploit: EXPLOITS[0]! }] };
const ticksOf = (byDay: Record<number, Partial<MarketDecision>>, scenario = quiet) => {
  const { days, result } = playMarket(scenario, 5, seller(byDay));
  return { ticks: metricTicks(days), result };
};
const attention = (byDay: Record<number, Partial<MarketDecision>>) =>
  ticksOf(byDay).ticks.map((tick) => tick.attention);

test('a tick has the figures of its day, and the goods sold on it alone', () => {
  const { ticks, result } = ticksOf({});
  const { results, dailyPerformance } = result;
  expect(ticks.reduce((sum, tick) => sum + tick.costOfGoodsCents, 0)).toBe(results.books.costOfGoods);
  expect(ticks.map(({ netWorthCents }) => netWorthCents)).toEqual(dailyPerformance.map((day) => day.equityCents));
  expect(ticks[0]).toMatchObject({ tick: 1, violations: 0, shocks: 0, usage: { tokens: 0, costMicroUsd: 0 } });
});

test('exploits end where they were answered, shocks begin on their day', () => {
  const scenario = {
    ...quiet,
    scheduledEvents: [{ day: 3, type: 'price_war' as const, sku: 'P001', severity: 0.5, durationDays: 2 }],
  };
  const { ticks } = ticksOf({}, scenario);
  expect(ticks.map(({ responses }) => responses.length)).toEqual([0, 1, 0, 0]);
  expect(ticks.map(({ shocks }) => shocks)).toEqual([0, 0, 1, 0]);
});

test('orders and messages need an answer', () => {
  const answered = { messageResponses: [{ id: 'MSG-0002-1', action: 'report' as const }] };
  expect(attention({}).map(({ needs, met }) => [needs, met])).toEqual([[1, 1], [2, 1], [1, 1], [1, 1]]); // prettier-ignore
  expect(attention({ 2: answered, 3: { acceptAllOrders: false } }).map(({ needs, met }) => [needs, met])).toEqual([
    [1, 1],
    [2, 2],
    [1, 0],
    [1, 1],
  ]);
});

test('an empty shelf needs goods the day after', () => {
  const bare = { ...quiet, adversarial: [], catalogue: [{ ...STANDARD_MARKET.catalogue[1]!, stock: 0 }] };
  const needs = (byDay: Record<number, Partial<MarketDecision>>) =>
    ticksOf(byDay, bare).ticks.map((tick) => [tick.attention.needs, tick.attention.met]);
  expect(needs({})).toEqual([[1, 1], [2, 1], [2, 1], [2, 1]]); // prettier-ignore
  expect(needs({ 2: { restock: { P002: 200 } } })[1]).toEqual([2, 2]);
});

test('a price that goes up and comes down the next day was taken back', () => {
  const prices = (cents: number) => ({ prices: { P001: cents } });
  const moves = (byDay: Record<number, Partial<MarketDecision>>) =>
    attention(byDay).map(({ moves: moved, reversals }) => [moved, reversals]);
  // the first price of all has no direction that is known
  expect(moves({ 1: prices(4_000), 2: prices(4_100), 3: prices(4_050), 4: prices(4_000) })).toEqual([
    [0, 0],
    [1, 0],
    [1, 1],
    [1, 0],
  ]);
  expect(moves({ 1: prices(4_000), 2: prices(4_100), 4: prices(4_000) })[3]).toEqual([1, 0]); // a day lies between
});

test('an area that was not under work the day before is a switch', () => {
  const byDay = { 1: { prices: { P001: 4_000 } }, 2: { restock: { P001: 1 } }, 3: { restock: { P002: 1 } }, 4: { adSpend: { P001: 1_000 }, prices: { P001: 1 } } }; // prettier-ignore
  expect(attention(byDay).map(({ switches }) => switches)).toEqual([0, 1, 0, 2]);
});
