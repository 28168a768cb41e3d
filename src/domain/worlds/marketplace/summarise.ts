import type { TickSummary } from '../../simulation/world';
import { equityOf, type Books } from './money/books';
import { sells } from './scenario';
import type { DayResults, MarketScenario, MarketState, SellerState } from './state';

const JUMP_CENTS = 15_000;

/**
 * The row of a day: sums over all sellers, and what each is judged by under his name. Accounts are those of the books at the
 * day's end, the rest belongs to the day. The storyline is that of the first seller.
 */
export function summarise({ sellers, scenario }: MarketState): TickSummary {
  const sum = (figure: (day: DayResults) => number) =>
    sellers.reduce((total, { yesterday }) => total + figure(yesterday), 0);
  const account = (balance: (books: Books) => number) =>
    sellers.reduce((total, { books }) => total + balance(books), 0);
  const figures: Record<string, number> = {
    cashCents: account(({ cash }) => cash),
    inventoryCents: account(({ inventory }) => inventory),
    refundsDueCents: account(({ refundsDue }) => -refundsDue),
    equityCents: account(equityOf),
    debtCents: account(({ loan }) => -loan),
    costOfGoodsCents: account(({ costOfGoods }) => costOfGoods),
    interestBookedCents: account(({ interest }) => interest),
    revenueCents: sum(({ revenueCents }) => revenueCents),
    costsCents: sum(({ costsCents }) => costsCents),
    refundsCents: sum(({ refundsCents }) => refundsCents),
    salvageCents: sum(({ salvageCents }) => salvageCents),
    profitCents: sum(({ profitCents }) => profitCents),
    fraudLossesCents: sum(({ fraudLossesCents }) => fraudLossesCents),
    adSpendCents: sum(({ adSpendCents }) => adSpendCents),
    adAttributedRevenueCents: sum(({ adAttributedRevenueCents }) => adAttributedRevenueCents),
    ordersReceived: sum(({ ordersReceived }) => ordersReceived),
    ordersFulfilled: sum(({ ordersFulfilled }) => ordersFulfilled),
    ordersRejected: sum(({ ordersRejected }) => ordersRejected),
    stockouts: sum(({ stockouts }) => stockouts),
    unitsSold: sum(({ unitsSold }) => unitsSold),
    purchasesArrived: sum(({ purchasesArrived }) => purchasesArrived),
    deliveriesDelayed: sum(({ deliveriesDelayed }) => deliveriesDelayed),
    interestCents: sum(({ interestCents }) => interestCents),
    rating: ratingOf(sellers.flatMap((seller) => ratings(scenario, seller))),
  };
  for (const seller of sellers) Object.assign(figures, ownFigures(scenario, seller));
  return { figures, ...storyOf(sellers[0]!) };
}

/** One seller's: `shop.equityCents`. */
function ownFigures(scenario: MarketScenario, seller: SellerState): Record<string, number> {
  const { id, books, yesterday } = seller;
  const own: Record<string, number> = {
    ...{ cashCents: books.cash, equityCents: equityOf(books), rating: ratingOf(ratings(scenario, seller)) },
    ...{
      revenueCents: yesterday.revenueCents,
      profitCents: yesterday.profitCents,
      refundsCents: yesterday.refundsCents,
    },
    ...{ ordersReceived: yesterday.ordersReceived, ordersFulfilled: yesterday.ordersFulfilled },
    ...{ stockouts: yesterday.stockouts, unitsSold: yesterday.unitsSold, adSpendCents: yesterday.adSpendCents },
  };
  return Object.fromEntries(Object.entries(own).map(([name, value]) => [`${id}.${name}`, value]));
}

function ratings(scenario: MarketScenario, { id, shelves }: SellerState): number[] {
  return shelves.flatMap(({ rating }, product) => (sells(scenario, id, product) ? [rating] : []));
}

/** The mean, 1 to 5. */
function ratingOf(all: readonly number[]): number {
  return all.reduce((sum, rating) => sum + rating, 0) / all.length;
}

type Story = Pick<TickSummary, 'storyline' | 'mood'>;

/** The first that fits. */
function storyOf({ yesterday: day, history }: SellerState): Story {
  const story = STORIES.find(({ when }) => when(day)) ?? DEFAULT;
  const before = history.at(-2);
  const moved = before === undefined ? 0 : day.profitCents - before.profitCents;
  const suffix =
    Math.abs(moved) > JUMP_CENTS ? ` Profit ${moved > 0 ? 'rose' : 'fell'} by ${dollars(Math.abs(moved))}.` : '';
  return { storyline: story.text(day) + suffix, mood: story.mood };
}

interface StoryRule {
  when: (day: DayResults) => boolean;
  text: (day: DayResults) => string;
  mood: TickSummary['mood'];
}

const STORIES: readonly StoryRule[] = [
  {
    when: ({ stockouts }) => stockouts >= 6,
    text: ({ stockouts }) => `${stockouts} orders found empty shelves.`,
    mood: 'negative',
  },
  {
    when: ({ profitCents }) => profitCents < 0,
    text: ({ profitCents }) => `The day cost ${dollars(-profitCents)}.`,
    mood: 'negative',
  },
  {
    when: ({ profitCents, ordersFulfilled }) => profitCents > 0 && ordersFulfilled >= 12,
    text: ({ profitCents, ordersFulfilled }) => `${ordersFulfilled} orders shipped, ${dollars(profitCents)} earned.`,
    mood: 'positive',
  },
  {
    when: ({ purchasesPlaced }) => purchasesPlaced > 0,
    text: ({ purchasesPlaced }) => `${purchasesPlaced} purchase${purchasesPlaced > 1 ? 's' : ''} on the way.`,
    mood: 'neutral',
  },
  {
    when: ({ adSpendCents, adAttributedRevenueCents }) => adSpendCents > 0 && adAttributedRevenueCents >= adSpendCents,
    text: ({ adAttributedRevenueCents }) => `Advertising brought ${dollars(adAttributedRevenueCents)}.`,
    mood: 'positive',
  },
  {
    when: ({ refundsCents }) => refundsCents > 0,
    text: ({ refundsCents }) => `${dollars(refundsCents)} went back to customers.`,
    mood: 'neutral',
  },
  {
    when: ({ deliveriesDelayed }) => deliveriesDelayed > 0,
    text: ({ deliveriesDelayed }) => `${deliveriesDelayed} deliver${deliveriesDelayed > 1 ? 'ies are' : 'y is'} late.`,
    mood: 'neutral',
  },
];
const DEFAULT: StoryRule = { when: () => true, text: () => 'A quiet day.', mood: 'neutral' };

function dollars(cents: number): string {
  return `$${(cents / 100).toFixed(2)}`;
}
