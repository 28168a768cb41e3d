import { creditLeft, payInterest, takeCredit } from '../../../../../src/domain/worlds/marketplace/money/credit';
import { equityOf } from '../../../../../src/domain/worlds/marketplace/money/books';
import { marketplace } from '../../../../../src/domain/worlds/marketplace';
import { opening, playDay } from './support';

const seller = (debtRatioMax = 0.5) => opening(4, { startCashCents: 100_000, debtRatioMax }).state.sellers[0]!;

test('debt is at most its share of all assets, the borrowed cash among them', () => {
  const { books } = seller();
  const assets = 100_000 + books.inventory;
  expect(creditLeft(books, 0.5)).toBe(assets); // x ≤ (assets + x) / 2
  expect(creditLeft(books, 0.2)).toBe(assets / 4); // x ≤ (assets + x) / 5
  expect(creditLeft(books, 0)).toBe(0);
  const owing = takeCredit(seller(), assets).books;
  expect(creditLeft(owing, 0.5)).toBe(0);
});

test('borrowing makes nobody richer, and paying back stops at the debt', () => {
  const before = seller();
  const owing = takeCredit(before, 50_000);
  expect(equityOf(owing.books)).toBe(equityOf(before.books));
  expect(takeCredit(owing, -80_000).books).toEqual(before.books);
});

test('interest is 0.03 % a day, and what the cash does not pay is owed', () => {
  const owing = takeCredit(seller(), 1_000_000);
  const paying = payInterest(owing);
  expect(paying.books).toMatchObject({ interest: 300, cash: owing.books.cash - 300, loan: -1_000_000 });
  expect(paying.today).toMatchObject({ interestCents: 300, costsCents: 300 });
  const broke = payInterest({ ...owing, books: { ...owing.books, cash: 100 } });
  expect(broke.books).toMatchObject({ interest: 300, cash: 0, loan: -1_000_200 });
});

test('who asks for more than is lent gets nothing and is told what would do', () => {
  const start = opening(4, { startCashCents: 100_000, debtRatioMax: 0.5 });
  const { position } = playDay(start, () => ({ creditCents: 90_000_000 }));
  const after = position.state.sellers[0]!;
  expect(after.books.loan).toBe(0);
  expect(after.yesterday.notes[0]).toMatch(/^FAILED credit of \$900000\.00: at most \$\d+\.\d\d are lent to you\.$/);
});

test('growth of cash is profit and what was borrowed', () => {
  const start = opening(4, { startCashCents: 100_000, debtRatioMax: 0.5 });
  const { position } = playDay(start, () => ({ creditCents: 40_000 }));
  const { books, yesterday } = position.state.sellers[0]!;
  expect(books.cash - 100_000).toBe(yesterday.profitCents + 40_000);
});

test('credit is offered to an agent only where somebody lends', () => {
  const asked = (debtRatioMax: number) =>
    marketplace.beginTick(opening(4, { debtRatioMax }).state).ask.map(({ view }) => {
      const { decision, feedback } = marketplace.parseDecision({ credit: -12.5 }, view);
      return { credit: decision.creditCents, feedback, told: marketplace.prompt(view).system.includes('"credit"') };
    });
  expect(asked(0.3)).toEqual([{ credit: -1_250, feedback: [], told: true }]);
  expect(asked(0)).toEqual([{ credit: 0, feedback: ['FAILED credit: nobody lends in this market.'], told: false }]);
});
