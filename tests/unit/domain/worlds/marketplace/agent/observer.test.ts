import { openMemory } from '../../../../../../src/domain/simulation/memory/agent-memory';
import { lessonScore } from '../../../../../../src/domain/simulation/memory/lesson';
import { readReview } from '../../../../../../src/domain/simulation/memory/review-answer';
import { reviewPrompt } from '../../../../../../src/domain/simulation/memory/review-prompt';
import { underReview } from '../../../../../../src/domain/simulation/memory/under-review';
import { decided, noticed, recollect, type Recollection } from '../../../../../../src/domain/simulation/mind/observer';
import { ACCEPT_ALL } from '../../../../../../src/domain/worlds/marketplace/agent/decision';
import { MARKET_OBSERVER, type MarketIntent } from '../../../../../../src/domain/worlds/marketplace/agent/observer';
import type { MarketView } from '../../../../../../src/domain/worlds/marketplace/agent/view';
import type { DayResults } from '../../../../../../src/domain/worlds/marketplace/state';
import { marketplace } from '../../../../../../src/domain/worlds/marketplace';
import { beginTick } from '../../../../../../src/domain/simulation/tick';
import { opening, playDays } from '../support';

const today: MarketView = beginTick(marketplace, playDays(opening(42), 1, () => ({})).state).ask[0]!.view;
const after = (yesterday: Partial<DayResults>, change: Partial<MarketView> = {}): MarketView => ({
  ...today,
  events: [],
  ...change,
  yesterday: { ...today.yesterday, stockouts: 0, profitCents: 0, revenueCents: 0, costsCents: 0, ...yesterday },
});
const NO_INTENT: MarketIntent = { raised: [], cut: [], restocked: [] };
const learn = (view: MarketView, intent: Partial<MarketIntent> = {}) =>
  MARKET_OBSERVER.observe(view, { ...NO_INTENT, ...intent });

test('a quiet day teaches nothing', () => {
  expect(learn(after({}))).toEqual([]);
});

// Impacts by the five rules.
test.each<[string, Partial<DayResults>, Partial<MarketIntent>, string, number]>([
  ['4 orders before empty shelves: 0.45 + 4/20', { stockouts: 4 }, {}, 'inventory', 0.65],
  ['30 of them: at most 1', { stockouts: 30 }, {}, 'inventory', 1],
  ['2 prices and a profit: 0.4 + 2/10', { profitCents: 1 }, { raised: ['P001'], cut: ['P002'] }, 'pricing', 0.6],
  ['a loss of $100 after a price: 0.35 + 100/500', { profitCents: -10_000 }, { cut: ['P001'] }, 'pricing', 0.55],
  [
    '$120 more spent than came in: 0.35 + 120/600',
    { costsCents: 20_000, revenueCents: 8_000 },
    { restocked: ['P001', 'P002'] },
    'inventory',
    0.55,
  ],
])('%s', (_, yesterday, intent, type, impact) => {
  const [lesson, ...more] = learn(after(yesterday), intent);
  expect(more).toEqual([]);
  expect(lesson).toMatchObject({ type, tick: today.day - 1, recency: 1 });
  expect(lesson!.impact).toBeCloseTo(impact, 12);
});

test('staying profitable during an event of one product is a lesson about that product', () => {
  const events = [{ type: 'review_bomb', sku: 'P004', daysLeft: 3 }];
  expect(learn(after({ profitCents: 5 }, { events }))).toMatchObject([{ type: 'risk', subject: 'P004', impact: 0.55 }]);
  expect(learn(after({ profitCents: -5 }, { events }))).toEqual([]);
});

test('every rule is worth keeping, by the score', () => {
  // the weakest: 0.35 × 0.35 + 0.25 × 0.9 + 0.15 × 0.85 + 0.15 × 0.35 + 0.1
  const [weakest] = learn(after({ costsCents: 1 }), { restocked: ['P001'] });
  expect(lessonScore(weakest!)).toBeCloseTo(0.6275, 4);
});

test('an intent says which prices went up, which down, and what was bought', () => {
  const [first, second, third] = today.products;
  const prices = {
    [first!.sku]: first!.priceCents + 1,
    [second!.sku]: second!.priceCents - 1,
    [third!.sku]: third!.priceCents,
  };
  expect(MARKET_OBSERVER.intent(today, { ...ACCEPT_ALL, prices, restock: { P008: 3, P002: 1 } })).toEqual({
    ...{ raised: ['P001'], cut: ['P002'], restocked: ['P002', 'P008'] },
  });
});

test('raising one price and losing money, three days long: the memory says so about that product', () => {
  const dearer = { ...ACCEPT_ALL, prices: { P001: today.products[0]!.priceCents + 100 } };
  let mind: Recollection<MarketIntent> = { memory: openMemory() };
  for (let day = 2; day <= 5; day += 1) {
    const view = after({ profitCents: -10_000 }, { day });
    mind = decided(
      MARKET_OBSERVER,
      recollect(MARKET_OBSERVER, noticed(MARKET_OBSERVER, mind, view), view).recollection,
      view,
      dearer,
    );
  }
  expect(recollect(MARKET_OBSERVER, mind, after({}, { day: 6 })).facts).toMatchObject([
    { subject: 'P001', evidence: 3, lastTick: 4, advises: { action: 'set_price', direction: 'less' } },
  ]);
});

test('a model may review instead: it is shown what was noticed, and its answer counts', () => {
  const view = after({ stockouts: 4 }, { day: 3 });
  const seen = noticed(MARKET_OBSERVER, { memory: openMemory({ reviews: 'model' }) }, view);
  expect(JSON.parse(reviewPrompt(underReview(seen.memory)!, 2).user)).toMatchObject({
    day: 2,
    today: [{ type: 'inventory' }],
  });
  const keep = [{ statement: 'Buy on Fridays.', tags: ['stockout'] }];
  const { facts, reviewed } = recollect(MARKET_OBSERVER, seen, view, readReview({ keep }));
  expect([facts.map(({ statement }) => statement), reviewed.source]).toEqual([['Buy on Fridays.'], 'model']);
});

test('nobody learns from the day before the first', () => {
  expect(learn({ ...after({ stockouts: 9 }), day: 1 })).toEqual([]);
});
