import type { MarketDecision } from '../../../../../src/domain/worlds/marketplace/agent/decision';
import type { Arbitration } from '../../../../../src/domain/worlds/marketplace/rules';
import { opening, playDay, type Here } from './support';

const market = (arbitration: Arbitration) => opening(9, { arbitration, sellers: ['a', 'b'], eventProbability: 0 });
const command = (id: string, priceCents: number, sku = 'P001') => ({ id, sku, priceCents });
const decided = (here: Here, by: Record<string, Partial<MarketDecision>>) =>
  playDay(here, ({ seller }) => by[seller] ?? {});
const prices = ({ state }: Here) => state.sellers.map(({ shelves }) => shelves[0]!.priceCents);
const notes = ({ state }: Here) => state.sellers.flatMap(({ yesterday }) => yesterday.notes);

// the earbuds stand at 3,999: a day's bounds are 1,999.5 and 5,998.5, and $1 to $1000
test.each<[number, boolean]>([
  [5_998, true],
  [5_999, false],
  [2_000, true],
  [1_999, false],
])('a price of %i cents is accepted: %s', (cents, accepted) => {
  const { position } = decided(market('own'), { a: { prices: { P001: cents } } });
  expect(prices(position)).toEqual([accepted ? cents : 3_999, 3_999]);
  expect(notes(position)).toEqual(
    accepted
      ? []
      : [`FAILED price of P001, $${(cents / 100).toFixed(2)}: a price moves by at most half a day, from $39.99.`],
  );
});

test('prices below $1 and above $1000 are refused', () => {
  const catalogue = [
    { sku: 'A', name: 'A', category: 'audio', costCents: 50, priceCents: 110, stock: 5, baseDemand: 1 },
    { sku: 'B', name: 'B', category: 'audio', costCents: 50_000, priceCents: 90_000, stock: 5, baseDemand: 1 },
  ] as const;
  const here = opening(9, { arbitration: 'own', catalogue });
  const { position } = playDay(here, () => ({ prices: { A: 99, B: 100_001 } }));
  expect(position.state.sellers[0]!.shelves.map(({ priceCents }) => priceCents)).toEqual([110, 90_000]);
  expect(notes(position)).toHaveLength(2);
});

test('the first accepted command of a listing and day wins; a refused one does not take its place', () => {
  const { position, events } = decided(market('own'), {
    a: {
      priceCommands: [command('high', 9_999), command('one', 4_500), command('two', 4_400)],
      prices: { P001: 4_300 },
    },
  });
  expect(prices(position)).toEqual([4_500, 3_999]);
  expect(events.filter(({ type }) => type === 'price-changed')).toEqual([
    {
      ...{ type: 'price-changed', subject: 'P001' },
      data: { seller: 'a', command: 'one', previousCents: 3_999, priceCents: 4_500, version: 1 },
    },
  ]);
  expect(events.filter(({ type }) => type === 'price-refused')).toHaveLength(3);
});

test('an id that was judged before is ignored without a word; versions count the changes', () => {
  const first = decided(market('own'), { a: { priceCommands: [command('x', 4_500)] } }).position;
  const again = decided(first, { a: { priceCommands: [command('x', 5_000)] } });
  expect(prices(again.position)).toEqual([4_500, 3_999]);
  expect(again.events.filter(({ type }) => type.startsWith('price-'))).toEqual([]);
  const other = decided(again.position, {
    a: { priceCommands: [command('y', 5_000)] },
    b: { priceCommands: [command('x', 3_500)] },
  });
  expect(prices(other.position)).toEqual([5_000, 3_500]); // ids are each seller's own
  expect(other.position.state.listings.versions).toEqual({ 'a/P001': 2, 'b/P001': 1 });
});

test('where sellers share a listing, the first of them sets the price for all', () => {
  const { position } = decided(market('shared'), { a: { prices: { P001: 4_200 } }, b: { prices: { P001: 3_800 } } });
  expect(prices(position)).toEqual([4_200, 4_200]);
  expect(notes(position)).toEqual(['FAILED price of P001, $38.00: another command of today came first.']);
});

test('without arbitration any price above 0 stands', () => {
  expect(prices(decided(market('none'), { a: { prices: { P001: 1 } } }).position)).toEqual([1, 3_999]);
});
