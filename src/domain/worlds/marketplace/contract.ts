import { ACCOUNTS } from './money/books';
import {
  BALANCES,
  DAILY_FIGURES,
  type Balances,
  type DailyFigures,
  type DayRow,
  type DecisionRow,
  type Execution,
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

/** A result that is wrong from its first day on says so long before this. */
const VIOLATIONS_MAX = 1_000;

/**
 * The accounting contract of a result: net = revenue − refunds + salvage − costs, cash grows by it and by what was
 * borrowed, equity = cash + inventory − refunds due − debt, days without a gap whose sums are the totals, totals that the
 * books confirm, ROI, and a model call for every day that a model decided. Everything is in whole cents, so nothing is
 * tolerated. It hears one day after the other.
 */
export class ContractAudit {
  private readonly found: Violation[] = [];
  private readonly sums = new Map<string, number>();
  private readonly asked = new Map<string, number>();
  private days = 0;
  private last: DayRow | undefined;

  constructor(private readonly openingCashCents: number) {}

  add(row: DayRow): void {
    this.days += 1;
    this.tell([...wholeCents(row.day, row), ...differs(this.days, 'day', row.day, this.days), ...this.identities(row)]);
    for (const name of DAILY_FIGURES) this.sums.set(name, (this.sums.get(name) ?? 0) + row[name]);
    this.last = row;
  }

  decided({ agentId, source }: Pick<DecisionRow, 'agentId' | 'source'>): void {
    if (source === 'agent') this.asked.set(agentId, (this.asked.get(agentId) ?? 0) + 1);
  }

  /** @returns every violation, by day; none: the result is what happened */
  violations({ results, execution }: Pick<MarketResult, 'results' | 'execution'>): Violation[] {
    this.tell([...wholeCents(null, results), ...differs(null, 'days', this.days, results.days)]);
    this.tell([...this.totals(results), ...this.calls(execution)]);
    return this.found;
  }

  private tell(found: readonly Violation[]): void {
    this.found.push(...found.slice(0, VIOLATIONS_MAX - this.found.length));
  }

  private identities(row: DayRow): Violation[] {
    const before = this.last ?? openingOf(this.openingCashCents);
    return [
      ...differs(row.day, 'profitCents', row.profitCents, netOf(row)),
      ...differs(row.day, 'cashCents', row.cashCents, cashAfter(before, row, row)),
      ...differs(row.day, 'equityCents', row.equityCents, worthOf(row)),
    ];
  }

  private totals(results: MarketTotals): Violation[] {
    const { last } = this;
    const expected: Expected[] = [
      ...DAILY_FIGURES.map((name): Expected => [name, results[name], this.sums.get(name) ?? 0]),
      ...(last === undefined ? [] : BALANCES.map((name): Expected => [name, results[name], last[name]])),
      ...confirmed(results),
    ];
    return expected.flatMap(([figure, found, should]) => differs(null, figure, found, should));
  }

  /** Only who was asked can have decided: a day that a model decided took at least one call. */
  private calls({ modelAgents, llmCalls }: Execution): Violation[] {
    const asked = [...new Set(modelAgents)].reduce((sum, agentId) => sum + (this.asked.get(agentId) ?? 0), 0);
    return llmCalls >= asked ? [] : [{ day: null, figure: 'llmCalls', found: llmCalls, expected: asked }];
  }
}

type Expected = [figure: string, found: number, expected: number];

/** Of a result that lists all of its days. */
export function contractViolations(result: MarketResult): Violation[] {
  const audit = new ContractAudit(result.results.openingCashCents);
  for (const row of result.dailyPerformance) audit.add(row);
  for (const decision of result.decisions) audit.decided(decision);
  return audit.violations(result);
}

function wholeCents(day: number | null, row: DailyFigures & Balances): Violation[] {
  return [...DAILY_FIGURES, ...BALANCES]
    .filter((name) => !Number.isSafeInteger(row[name]))
    .map((figure) => ({ day, figure, found: row[figure], expected: Math.round(row[figure]) }));
}

/** What the totals and the books say of each other. */
function confirmed(results: MarketTotals): Expected[] {
  const { books, openingEquityCents: opening } = results;
  return [
    ['profitCents', results.profitCents, netOf(results)],
    ['cashCents', results.cashCents, cashAfter(openingOf(results.openingCashCents), results, results)],
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
}

function netOf({ revenueCents, refundsCents, salvageCents, costsCents }: DailyFigures): number {
  return revenueCents - refundsCents + salvageCents - costsCents;
}

function worthOf({ cashCents, inventoryCents, refundsDueCents, debtCents }: Balances): number {
  return cashCents + inventoryCents - refundsDueCents - debtCents;
}

type Money = Pick<Balances, 'cashCents' | 'debtCents' | 'interestBookedCents'>;

function openingOf(openingCashCents: number): Money {
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
