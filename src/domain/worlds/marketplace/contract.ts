import { ACCOUNTS } from './money/books';
import {
  BALANCES,
  DAILY_FIGURES,
  type Balances,
  type DailyFigures,
  type DayRow,
  type MarketResult,
  type MarketTotals,
} from './result';

/** A figure that is not what the others say it must be. */
export interface Violation {
  /** null: of the whole run. */
  day: number | null;
  figure: string;
  found: number;
  expected: number;
}

/**
 * The accounting contract of a result: net = revenue − refunds + salvage − costs, cash grows by it and by what was
 * borrowed, equity = cash + inventory − refunds due − debt, days without a gap whose sums are the totals, totals that the
 * books confirm, ROI, and a model call for every day that a model decided. Everything is in whole cents, so nothing is
 * tolerated.
 *
 * @returns every violation, by day; none: the result is what happened
 */
export function contractViolations(result: MarketResult): Violation[] {
  return [
    ...wholeCents(result),
    ...contiguous(result),
    ...dailyIdentities(result),
    ...totals(result),
    ...calls(result),
  ];
}

function wholeCents({ dailyPerformance, results }: MarketResult): Violation[] {
  const named = [...DAILY_FIGURES, ...BALANCES];
  const broken = (day: number | null, row: DailyFigures & Balances) =>
    named
      .filter((name) => !Number.isSafeInteger(row[name]))
      .map((figure) => ({ day, figure, found: row[figure], expected: Math.round(row[figure]) }));
  return [...dailyPerformance.flatMap((row) => broken(row.day, row)), ...broken(null, results)];
}

function contiguous({ dailyPerformance, results }: MarketResult): Violation[] {
  const gaps = dailyPerformance.flatMap(({ day }, index) => differs(index + 1, 'day', day, index + 1));
  return [...gaps, ...differs(null, 'days', dailyPerformance.length, results.days)];
}

function dailyIdentities({ dailyPerformance, results }: MarketResult): Violation[] {
  return dailyPerformance.flatMap((row, index) => {
    const before = index === 0 ? openingOf(results) : dailyPerformance[index - 1]!;
    return [
      ...differs(row.day, 'profitCents', row.profitCents, netOf(row)),
      ...differs(row.day, 'cashCents', row.cashCents, cashAfter(before, row, row)),
      ...differs(row.day, 'equityCents', row.equityCents, worthOf(row)),
    ];
  });
}

function totals({ dailyPerformance, results }: MarketResult): Violation[] {
  const { books, openingEquityCents: opening } = results;
  const last: DayRow | undefined = dailyPerformance.at(-1);
  const expected: [figure: string, found: number, expected: number][] = [
    ...DAILY_FIGURES.map((name): [string, number, number] => [
      name,
      results[name],
      dailyPerformance.reduce((sum, row) => sum + row[name], 0),
    ]),
    ...(last === undefined ? [] : BALANCES.map((name): [string, number, number] => [name, results[name], last[name]])),
    ['profitCents', results.profitCents, netOf(results)],
    ['cashCents', results.cashCents, cashAfter(openingOf(results), results, results)],
    ['equityCents', results.equityCents, worthOf(results)],
    ['roi', results.roi, opening === 0 ? 0 : (results.equityCents - opening) / opening],
    ['books', ACCOUNTS.reduce((sum, account) => sum + books[account], 0), 0],
    ['books.opening', books.opening, -opening],
    ['books.cash', books.cash, results.cashCents],
    ['books.inventory', books.inventory, results.inventoryCents],
    ['books.refundsDue', books.refundsDue, 0 - results.refundsDueCents],
    ['books.loan', books.loan, 0 - results.debtCents],
    ['books.interest', books.interest, results.interestBookedCents],
    ['books.sales', books.sales, 0 - results.revenueCents],
    ['books.salvage', books.salvage, 0 - results.salvageCents],
    ['books.refunds', books.refunds, results.refundsCents + results.refundsDueCents],
    ['books.advertising', books.advertising, results.adSpendCents],
    ['books.fraudLosses', books.fraudLosses, results.fraudLossesCents],
  ];
  return expected.flatMap(([figure, found, should]) => differs(null, figure, found, should));
}

/** Only who was asked can have decided: a day that a model decided took at least one call. */
function calls({ execution, decisions }: MarketResult): Violation[] {
  const models = new Set(execution.modelAgents);
  const asked = decisions.filter(({ agentId, source }) => source === 'agent' && models.has(agentId)).length;
  return execution.llmCalls >= asked
    ? []
    : [{ day: null, figure: 'llmCalls', found: execution.llmCalls, expected: asked }];
}

function netOf({ revenueCents, refundsCents, salvageCents, costsCents }: DailyFigures): number {
  return revenueCents - refundsCents + salvageCents - costsCents;
}

function worthOf({ cashCents, inventoryCents, refundsDueCents, debtCents }: Balances): number {
  return cashCents + inventoryCents - refundsDueCents - debtCents;
}

type Money = Pick<Balances, 'cashCents' | 'debtCents' | 'interestBookedCents'>;

function openingOf({ openingCashCents }: MarketTotals): Money {
  return { cashCents: openingCashCents, debtCents: 0, interestBookedCents: 0 };
}

/** Cash grows by the profit and by what was borrowed. Debt also grows by interest that was not paid, which brings no cash. */
function cashAfter(before: Money, after: Money, { profitCents, interestCents }: DailyFigures): number {
  const unpaid = after.interestBookedCents - before.interestBookedCents - interestCents;
  return before.cashCents + profitCents + (after.debtCents - before.debtCents) - unpaid;
}

function differs(day: number | null, figure: string, found: number, expected: number): Violation[] {
  return found === expected ? [] : [{ day, figure, found, expected }];
}
