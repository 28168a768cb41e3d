import { sells } from '../worlds/marketplace/scenario';
import type { MarketScenario } from '../worlds/marketplace/state';
import type { ScenarioDefinition } from './definition';
import type { DayFigures } from './run-reader';
import { Judge, type Verdict } from './success';
import { marketScenarioOf } from './to-market';

/** Who was judged: one seller by name, or all of them together. */
export interface Judged {
  seller?: string;
  verdict: Verdict;
}

/** Judges a run of a scenario: sellers who compete each for himself, partners and single sellers by the market's own rows. */
export class ScenarioJudge {
  private readonly judges: { seller?: string; judge: Judge }[];

  constructor(definition: ScenarioDefinition) {
    const { successCriteria, bonusPolicy: bonus, multiAgentConfig } = definition;
    const market = marketScenarioOf(definition);
    const judge = (sellers: readonly string[]) => ({ openingEquityCents: openingEquity(market, sellers), bonus });
    const together = market.sellers.length === 1 || multiAgentConfig?.interactionMode === 'cooperative';
    this.judges = together
      ? [{ judge: new Judge(successCriteria, judge(market.sellers)) }]
      : market.sellers.map((seller) => ({
          seller,
          judge: new Judge(successCriteria, { ...judge([seller]), seller }),
        }));
  }

  /** One day after the other, as the world summarises them. */
  add(day: DayFigures): void {
    for (const { judge } of this.judges) judge.add(day);
  }

  judged(): Judged[] {
    return this.judges.map(({ judge, ...who }) => ({ ...who, verdict: judge.verdict() }));
  }
}

export function judgeScenario(definition: ScenarioDefinition, days: readonly DayFigures[]): Judged[] {
  const judge = new ScenarioJudge(definition);
  for (const day of days) judge.add(day);
  return judge.judged();
}

/** Cash and goods at cost on the first morning. */
export function openingEquity(market: MarketScenario, sellers: readonly string[]): number {
  return sellers.reduce((sum, seller) => {
    const goods = market.catalogue.reduce(
      (value, { costCents, stock }, product) => value + (sells(market, seller, product) ? costCents * stock : 0),
      0,
    );
    return sum + goods + (market.terms[seller]?.startCashCents ?? market.startCashCents);
  }, 0);
}
