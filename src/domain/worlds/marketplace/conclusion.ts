import type { ConcludedTick } from '../world-entry';
import { ContractAudit, type Violation } from './contract';
import { type MarketMeasured, MarketMeasures } from './metrics/measured';
import { type Execution, type MarketResult, MarketTally, openingCash, openingEquity, type RecordedDay } from './result';
import type { MarketState } from './state';

/** What is left of a run: it hears every day once, and what it keeps does not grow with them. */
export class MarketConclusion {
  private readonly tally: MarketTally;
  private readonly audit: ContractAudit;
  private readonly measures: MarketMeasures;

  constructor(final: MarketState) {
    this.tally = new MarketTally(final);
    this.audit = new ContractAudit(openingCash(final));
    this.measures = new MarketMeasures(final.scenario.sellers, openingEquity(final));
  }

  add({ tick, ...recorded }: ConcludedTick): void {
    const day = { day: tick, ...recorded } as unknown as RecordedDay;
    this.audit.add(this.tally.add(day));
    for (const answer of day.answers) this.audit.decided(answer);
    this.measures.add(day);
  }

  end(execution: Execution): Concluded {
    const result = this.tally.result(execution);
    const measured = this.measures.measured(result.results);
    return { result, violations: this.audit.violations(result), measured, score: measured.metrics.score };
  }
}

interface Concluded {
  result: MarketResult;
  violations: Violation[];
  measured: MarketMeasured;
  score: number;
}
