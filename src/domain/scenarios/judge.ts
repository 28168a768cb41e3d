import { sells } from '../worlds/marketplace/scenario';
import type { MarketScenario } from '../worlds/marketplace/state';
import type { ScenarioDefinition } from './definition';
import { judgeRun, type DayFigures, type Verdict } from './success';
import { marketScenarioOf } from './to-market';

/** Who was judged: one seller by name, or all of them together. */
export interface Judged {
  seller?: string;
  verdict: Verdict;
}

/**
 * Judges a run of a scenario: sellers who compete each for himself, partners and single sellers by the market's own rows.
 *
 * @param days the rows of the days in order, as the world summarises them
 */
export function judgeScenario(definition: ScenarioDefinition, days: readonly DayFigures[]): Judged[] {
  const { successCriteria, bonusPolicy: bonus, multiAgentConfig } = definition;
  const market = marketScenarioOf(definition);
  const judge = (sellers: readonly string[], seller?: string) =>
    judgeRun(
      successCriteria,
      { openingEquityCents: openingEquity(market, sellers), days },
      { bonus, ...(seller === undefined ? {} : { seller }) },
    );
  const together = market.sellers.length === 1 || multiAgentConfig?.interactionMode === 'cooperative';
  if (together) return [{ verdict: judge(market.sellers) }];
  return market.sellers.map((seller) => ({ seller, verdict: judge([seller], seller) }));
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
