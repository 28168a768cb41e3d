import { share, within } from './figures';
import { addedAttention, CALM, type Attention, type DomainScore, type Metric, type MetricTick } from './metric';

/**
 * Goal attention (of what needed a decision, the share in % that got one) + 10 × coherence (the share of moves that did not
 * take the one before back) − 5 × context switches for each decision.
 */
export class Cognitive implements Metric {
  private paid: Attention = CALM;

  add({ attention }: MetricTick): void {
    this.paid = addedAttention(this.paid, attention);
  }

  score(): DomainScore {
    const { needs, met, moves, reversals, switches, decisions } = this.paid;
    const goalAttention = 100 * share(met, needs, 1);
    const coherence = 1 - share(reversals, moves, 0);
    const contextSwitches = share(switches, decisions, 0);
    return {
      overallScore: within(goalAttention + 10 * coherence - 5 * contextSwitches),
      ...{ goalAttention, coherence, contextSwitches },
    };
  }
}
