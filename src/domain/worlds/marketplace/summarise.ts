import type { TickSummary } from '../../simulation/world';
import { equityOf } from './money/books';
import type { DayResults, MarketState, SellerState } from './state';

const JUMP_CENTS = 15_000;

/** The row of a day: sums over all sellers, and the equity of each. The storyline is that of the first seller. */
export function summarise({ sellers }: MarketState): TickSummary {
  const sum = (figure: (day: DayResults) => number) =>
    sellers.reduce((total, { yesterday }) => total + figure(yesterday), 0);
  const figures: Record<string, number> = {
    cashCents: sellers.reduce((total, { books }) => total + books.cash, 0),
    equityCents: sellers.reduce((total, { books }) => total + equityOf(books), 0),
    revenueCents: sum(({ revenueCents }) => revenueCents),
    costsCents: sum(({ costsCents }) => costsCents),
    refundsCents: sum(({ refundsCents }) => refundsCents),
    salvageCents: sum(({ salvageCents }) => salvageCents),
    profitCents: sum(({ profitCents }) => profitCents),
    adSpendCents: sum(({ adSpendCents }) => adSpendCents),
    ordersReceived: sum(({ ordersReceived }) => ordersReceived),
    ordersFulfilled: sum(({ ordersFulfilled }) => ordersFulfilled),
    ordersRejected: sum(({ ordersRejected }) => ordersRejected),
    stockouts: sum(({ stockouts }) => stockouts),
    unitsSold: sum(({ unitsSold }) => unitsSold),
  };
  for (const { id, books } of sellers) figures[`${id}.equityCents`] = equityOf(books);
  return { figures, ...storyOf(sellers[0]!) };
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
