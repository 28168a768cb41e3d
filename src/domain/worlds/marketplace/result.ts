import type { ModelUsage } from '../../evaluation/metrics/metric';
import { present } from '../../kernel/assert';
import type { Answer, AnswerSource, TickSummary, WorldEvent } from '../../simulation/world';
import type { MarketDecision } from './agent/decision';
import { startCash } from './init';
import { ACCOUNTS, equityOf, type Books } from './money/books';
import { Latest } from '../../kernel/latest';
import type { MarketScenario, MarketState } from './state';

/** A day as it is recorded. */
export interface RecordedDay {
  /** From 1. */
  day: number;
  summary: TickSummary;
  events: readonly WorldEvent[];
  answers: readonly Answer<MarketDecision>[];
  /** Of models; absent: none was used. */
  usage?: ModelUsage;
}

/** What a run has used besides the world's own money. */
export interface Execution {
  /** Whose decisions a model makes. */
  modelAgents: readonly string[];
  llmCalls: number;
  inputTokens: number;
  outputTokens: number;
  costMicroUsd: number;
}

export const NO_MODEL: Execution = { modelAgents: [], llmCalls: 0, inputTokens: 0, outputTokens: 0, costMicroUsd: 0 };

/** What belongs to a day and adds up over days. */
export const DAILY_FIGURES = [
  'revenueCents',
  'refundsCents',
  'salvageCents',
  'costsCents',
  'profitCents',
  'fraudLossesCents',
  'interestCents',
  'adSpendCents',
  'adAttributedRevenueCents',
  'ordersReceived',
  'ordersFulfilled',
  'ordersRejected',
  'stockouts',
  'unitsSold',
] as const;
/** What stands at the end of a day. */
export const BALANCES = [
  'cashCents',
  'inventoryCents',
  'refundsDueCents',
  'debtCents',
  'equityCents',
  'interestBookedCents',
] as const;

export type DailyFigures = Record<(typeof DAILY_FIGURES)[number], number>;
export type Balances = Record<(typeof BALANCES)[number], number>;
export type DayRow = { day: number } & DailyFigures & Balances;

export interface MarketTotals extends DailyFigures, Balances {
  days: number;
  openingCashCents: number;
  openingEquityCents: number;
  /** Growth of equity, as a share of what the sellers began with; 0 where they began with nothing. */
  roi: number;
  /** Balances of all sellers together. */
  books: Books;
}

export interface DecisionRow {
  day: number;
  agentId: string;
  source: AnswerSource;
  decision: MarketDecision;
  feedback: readonly string[];
}

/** What is left of a run. Money in integer cents; sums are over all sellers and all days. */
export interface MarketResult {
  config: { world: 'marketplace'; seed: number; scenario: MarketScenario };
  execution: Execution;
  results: MarketTotals;
  /** Of a very long run the last ones: the ticks themselves are the record. */
  dailyPerformance: DayRow[];
  decisions: DecisionRow[];
}

const DAYS_LISTED = 20_000;
const DECISIONS_LISTED = 100_000;

export function marketResult(days: readonly RecordedDay[], final: MarketState, execution: Execution): MarketResult {
  const tally = new MarketTally(final);
  for (const day of days) tally.add(day);
  return tally.result(execution);
}

/** A result that grows by one day after the other, from the first on; what it lists has an end. */
export class MarketTally {
  private readonly sums = pick(DAILY_FIGURES, () => 0);
  private readonly days = new Latest<DayRow>(DAYS_LISTED);
  private readonly decisions = new Latest<DecisionRow>(DECISIONS_LISTED);

  constructor(private readonly final: MarketState) {}

  /** @returns the row of the day */
  add(recorded: RecordedDay): DayRow {
    const { day, answers } = recorded;
    const row = rowOf(recorded);
    for (const name of DAILY_FIGURES) this.sums[name] += row[name];
    this.days.add(row);
    for (const { agentId, source, decision, feedback } of answers)
      this.decisions.add({ day, agentId, source, decision, feedback });
    return row;
  }

  result(execution: Execution): MarketResult {
    const { seed, scenario } = this.final;
    return {
      ...{ config: { world: 'marketplace', seed, scenario }, execution, results: totalsOf(this.sums, this.final) },
      ...{ dailyPerformance: this.days.list, decisions: this.decisions.list },
    };
  }
}

function rowOf({ day, summary: { figures } }: RecordedDay): DayRow {
  const named = (name: string) => present(figures[name], `marketplace: the row of day ${day} has no ${name}`);
  return { day, ...pick(DAILY_FIGURES, named), ...pick(BALANCES, named) };
}

/** Sums come from the days, balances from the books: the contract compares the two. */
function totalsOf(sums: DailyFigures, final: MarketState): MarketTotals {
  const { sellers, day } = final;
  const books = together(sellers.map((seller) => seller.books));
  const openingEquityCents = openingEquity(final);
  const equityCents = equityOf(books);
  return {
    days: day,
    ...sums,
    ...{ cashCents: books.cash, inventoryCents: books.inventory, refundsDueCents: 0 - books.refundsDue },
    ...{ debtCents: 0 - books.loan, equityCents, interestBookedCents: books.interest },
    openingCashCents: openingCash(final),
    openingEquityCents,
    roi: openingEquityCents === 0 ? 0 : (equityCents - openingEquityCents) / openingEquityCents,
    books,
  };
}

export function openingCash({ sellers, scenario }: MarketState): number {
  return sellers.reduce((sum, { id }) => sum + startCash(scenario, id), 0);
}

export function openingEquity({ sellers }: MarketState): number {
  return 0 - sellers.reduce((sum, { books }) => sum + books.opening, 0);
}

function together(all: readonly Books[]): Books {
  return pick(ACCOUNTS, (account) => all.reduce((sum, books) => sum + books[account], 0));
}

function pick<N extends string>(names: readonly N[], value: (name: N) => number): Record<N, number> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<N, number>;
}
