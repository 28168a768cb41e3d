import { total, within } from './figures';
import type { Attention, Metric } from './metric';

/**
 * Goal attention (of what needed a decision, the share in % that got one) + 10 × coherence (the share of moves that did not
 * take the one before back) − 5 × context switches for each decision.
 */
export const cognitive: Metric = (ticks) => {
  const sum = (figure: (attention: Attention) => number) => total(ticks.map(({ attention }) => figure(attention)));
  const goalAttention =
    100 *
    share(
      sum(({ met }) => met),
      sum(({ needs }) => needs),
      1,
    );
  const coherence =
    1 -
    share(
      sum(({ reversals }) => reversals),
      sum(({ moves }) => moves),
      0,
    );
  const contextSwitches = share(
    sum(({ switches }) => switches),
    sum(({ decisions }) => decisions),
    0,
  );
  return {
    overallScore: within(goalAttention + 10 * coherence - 5 * contextSwitches),
    ...{ goalAttention, coherence, contextSwitches },
  };
};

function share(part: number, whole: number, ofNothing: number): number {
  return whole === 0 ? ofNothing : part / whole;
}
