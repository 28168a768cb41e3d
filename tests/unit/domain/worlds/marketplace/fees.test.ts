import { CATALOGUE, type Package, type ProductLine } from '../../../../../src/domain/worlds/marketplace/catalogue';
import {
  fulfillmentCents,
  shareKept,
  shippingPounds,
  storageCents,
} from '../../../../../src/domain/worlds/marketplace/money/fees';
import { opening, playDay } from './support';

const line = (packed: Package): ProductLine => ({ ...CATALOGUE[0]!, package: packed });

// the larger of weight and length × width × height / 139, up to the next tenth
test.each<[Package, number]>([
  [{ inches: [10, 10, 1.39], pounds: 0.5 }, 1],
  [{ inches: [10, 10, 1.4], pounds: 0.5 }, 1.1],
  [{ inches: [2, 2, 2], pounds: 3.42 }, 3.5],
])('%j is shipped as %d pounds', (packed, pounds) => {
  expect(shippingPounds(packed)).toBe(pounds);
});

// small 322 · large 409 + 42 a pound · oversize small 973, medium 1,841, large 8,998, special 15,849
test.each<[string, Package, number]>([
  ['an envelope', { inches: [15, 12, 0.75], pounds: 1 }, 322],
  ['lying on its side, the same', { inches: [0.75, 12, 15], pounds: 1 }, 322],
  ['too thick: 15 × 12 × 1 / 139 = 1.29 → 1.3 pounds', { inches: [15, 12, 1], pounds: 1 }, 409 + 55],
  ['too heavy: 1.5 pounds', { inches: [15, 12, 0.75], pounds: 1.5 }, 409 + 63],
  ['longer than 18 inches', { inches: [19, 5, 5], pounds: 2 }, 973],
  ['above 70 pounds', { inches: [30, 20, 20], pounds: 71 }, 1_841],
  ['a wardrobe', { inches: [100, 70, 40], pounds: 120 }, 8_998],
  ['longer than 108 inches', { inches: [109, 5, 5], pounds: 2 }, 15_849],
])('fulfilment of %s', (_, packed, cents) => {
  expect(fulfillmentCents('marketplace', line(packed))).toBe(cents);
  expect(fulfillmentCents('flat', line(packed))).toBe(320);
});

test('the market keeps 8 % of electronics, 6 % of what stands beside computers, 15 % of the rest', () => {
  const kept = (sku: string) =>
    shareKept(
      'marketplace',
      CATALOGUE.find((one) => one.sku === sku)!,
    );
  expect([kept('P001'), kept('P003'), kept('P007')]).toEqual([0.08, 0.06, 0.15]);
  expect(shareKept('flat', CATALOGUE[6]!)).toBe(0.03);
});

// a cubic foot a month: 87, from October 240; oversize 56 and 140; a day is a thirtieth
test('storage by volume and season', () => {
  const foot = line({ inches: [18, 12, 8], pounds: 2 }); // 1,728 cubic inches
  expect(storageCents('marketplace', foot, 100, 273)).toBe(290);
  expect(storageCents('marketplace', foot, 100, 274)).toBe(800);
  const long = line({ inches: [48, 6, 6], pounds: 2 }); // as much, oversize
  expect(storageCents('marketplace', long, 100, 273)).toBe(187); // 186.67
  expect(storageCents('marketplace', long, 100, 365)).toBe(467); // 466.67
  expect(storageCents('flat', foot, 100, 274)).toBe(0);
});

test('a day with the fees of the market books each of them once', () => {
  const { position } = playDay(opening(3, { fees: 'marketplace', catalogue: CATALOGUE.slice(0, 1) }), () => ({}));
  const { books, yesterday } = position.state.sellers[0]!;
  expect(yesterday.ordersFulfilled).toBeGreaterThan(0);
  // earbuds: 7 × 5 × 3 inches weigh 1 pound: 409 + 42 a unit; 100 units of 105 / 1,728 cubic feet × 87 / 30 = 17.6
  expect(books.fulfillment).toBe(451 * yesterday.unitsSold);
  expect(books.storage).toBe(18);
  expect(yesterday).toMatchObject({ storageFeesCents: 18, paymentFeesCents: 0, referralFeesCents: books.referral });
  expect(Math.abs(books.referral - yesterday.revenueCents * 0.08)).toBeLessThanOrEqual(yesterday.ordersFulfilled / 2);
});
