import type { MemoryItem } from '../../../../../../src/domain/simulation/memory/memory-item';
import { beginTick } from '../../../../../../src/domain/simulation/tick';
import { marketplace } from '../../../../../../src/domain/worlds/marketplace';
import { ACCEPT_ALL, type MarketDecision } from '../../../../../../src/domain/worlds/marketplace/agent/decision';
import { secondThoughts } from '../../../../../../src/domain/worlds/marketplace/agent/second-thoughts';
import type { MarketView } from '../../../../../../src/domain/worlds/marketplace/agent/view';
import { item } from '../../../simulation/memory/support';
import { opening } from '../support';

/** P001 costs 1,500 and sells at 3,999; 100 are in stock. */
const view: MarketView = beginTick(marketplace, opening(42).state).ask[0]!.view;
const think = (decision: Partial<MarketDecision>, facts: MemoryItem[] = [], seen: Partial<MarketView> = {}) =>
  secondThoughts({ ...view, ...seen }, { ...ACCEPT_ALL, ...decision }, facts, 'blocking');
const rich = view.products.map((product) => ({ ...product, stock: 501 }));

test.each<[string, Partial<MarketDecision>, Partial<MarketView>, string[]]>([
  ['a price 20 % up', { prices: { P001: 4_798 } }, {}, []],
  ['a price more than 20 % up', { prices: { P001: 4_799 } }, {}, ['logical medium']],
  ['a price 20 % down', { prices: { P001: 3_200 } }, {}, []],
  ['a price below cost', { prices: { P001: 1_499 } }, {}, ['logical high']],
  ['51 more of 501', { restock: { P001: 51 } }, { products: rich }, ['logical medium']],
  ['50 more of 501', { restock: { P001: 50 } }, { products: rich }, []],
  [
    'a supplier for a full shelf',
    { supplierOrders: [{ sku: 'P001', quantity: 60 }] },
    { products: rich },
    ['logical medium'],
  ],
  ['$500.01 of advertising with $999.99', { adSpend: { P001: 50_001 } }, { cashCents: 99_999 }, ['logical high']],
  ['$500 of advertising with $999.99', { adSpend: { P001: 50_000 } }, { cashCents: 99_999 }, []],
  ['$500.01 of advertising with $1,000', { adSpend: { P001: 50_001 } }, { cashCents: 100_000 }, []],
])('%s', (_, decision, seen, doubts) => {
  const { verdict } = think(decision, [], seen);
  expect(verdict.doubts.map(({ kind, severity }) => `${kind} ${severity}`)).toEqual(doubts);
});

const known = item({
  ...{ statement: 'Dearer earbuds lose money.', subject: 'P001', evidence: 3, lastTick: 1 },
  advises: { action: 'set_price', direction: 'less' },
});

test('blocking leaves out the parts in serious doubt and nothing else, and says why', () => {
  const decision = {
    ...{ prices: { P001: 4_100, P002: 1_550 }, restock: { P001: 5 }, adSpend: { P001: 60_000, P003: 1_000 } },
    supplierOrders: [{ sku: 'P001', quantity: 20 }],
  };
  const { decision: left, feedback, verdict } = think(decision, [known], { cashCents: 90_000 });
  expect(verdict.passes).toBe(false);
  expect(left).toEqual({ ...ACCEPT_ALL, ...decision, prices: { P002: 1_550 }, adSpend: { P003: 1_000 } });
  expect(feedback.filter((line) => line.startsWith('BLOCKED'))).toEqual([
    'BLOCKED: set_price P001 (more) is against "Dearer earbuds lose money.".',
    'BLOCKED: 60000 cents of advertising for P001 with 90000 in cash.',
  ]);
});

test('advisory says the same and leaves the decision as it is; off says nothing', () => {
  const decision = { ...ACCEPT_ALL, prices: { P001: 4_100 } };
  const advised = secondThoughts(view, decision, [known], 'advisory');
  expect(advised).toMatchObject({ decision, verdict: { passes: false } });
  expect(advised.feedback).toEqual(['DOUBT: set_price P001 (more) is against "Dearer earbuds lose money.".']);
  expect(secondThoughts(view, decision, [known], 'off')).toMatchObject({
    decision,
    feedback: [],
    verdict: { passes: true },
  });
});

test('a doubt about the memory alone blocks no part of a decision', () => {
  const future = item({ statement: 'From tomorrow.', lastTick: 9 });
  const { decision, verdict, feedback } = think({ prices: { P001: 4_100 } }, [future]);
  expect([decision.prices, verdict.passes]).toEqual([{ P001: 4_100 }, false]);
  expect(feedback).toEqual(['DOUBT: a fact is of day 9, today is 1.']);
});

test('a price that is commanded is a price: doubted and left out with its command', () => {
  const priceCommands = [
    { id: 'a', sku: 'P001', priceCents: 1_000 },
    { id: 'b', sku: 'P001', priceCents: 3_990 }, // the first counts
    { id: 'c', sku: 'P002', priceCents: 1_500 },
  ];
  const { decision, verdict } = think({ priceCommands });
  expect(verdict.doubts.map(({ severity }) => severity)).toEqual(['high']);
  expect(decision.priceCommands.map(({ id }) => id)).toEqual(['c']);
});
