import { present } from '../../kernel/assert';
import type { Answer, AnswerSource, TickSummary, WorldEvent } from '../../simulation/world';
import type { MarketDecision } from './agent/decision';
import { startCash } from './init';
import { ACCOUNTS, equityOf, type Books } from './money/books';
import type { MarketScenario, MarketState } from './state';

/** A day as it is recorded. */
export interface RecordedDay {
  /** From 1. */
  day: number;
  summary: TickSummary;
  events: readonly WorldEvent[];
  answers: readonly Answer<MarketDecision>[];
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

/** What is left of a run. Money in integer cents; sums are over all sellers. */
export interface MarketResult {
  config: { world: 'marketplace'; seed: number; scenario: MarketScenario };
  execution: Execution;
  results: MarketTotals;
  dailyPerformance: DayRow[];
  decisions: DecisionRow[];
}

export function marketResult(days: readonly RecordedDay[], final: MarketState, execution: Execution): MarketResult {
  const { seed, scenario } = final;
  const dailyPerformance = days.map(rowOf);
  return {
    config: { world: 'marketplace', seed, scenario },
    execution,
    results: totalsOf(dailyPerformance, final),
    dailyPerformance,
    decisions: days.flatMap(({ day, answers }) =>
      answers.map(({ agentId, source, decision, feedback }) => ({ day, agentId, source, decision, feedback })),
    ),
  };
}

function rowOf({ day, summary: { figures } }: RecordedDay): DayRow {
  const named = (name: string) => present(figures[name], `marketplace: the row of day ${day} has no ${name}`);
  return { day, ...pick(DAILY_FIGURES, named), ...pick(BALANCES, named) };
}

/** Sums come from the days, balances from the books: the contract compares the two. */
function totalsOf(rows: readonly DayRow[], { sellers, scenario, day }: MarketState): MarketTotals {
  const books = together(sellers.map((seller) => seller.books));
  const openingEquityCents = -books.opening;
  const equityCents = equityOf(books);
  return {
    days: day,
    ...pick(DAILY_FIGURES, (name) => rows.reduce((sum, row) => sum + row[name], 0)),
    ...{ cashCents: books.cash, inventoryCents: books.inventory, refundsDueCents: 0 - books.refundsDue },
    ...{ debtCents: 0 - books.loan, equityCents, interestBookedCents: books.interest },
    openingCashCents: sellers.reduce((sum, { id }) => sum + startCash(scenario, id), 0),
    openingEquityCents,
    roi: openingEquityCents === 0 ? 0 : (equityCents - openingEquityCents) / openingEquityCents,
    books,
  };
}

function together(all: readonly Books[]): Books {
  return pick(ACCOUNTS, (account) => all.reduce((sum, books) => sum + books[account], 0));
}

function pick<N extends string>(names: readonly N[], value: (name: N) => number): Record<N, number> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<N, number>;
}
