import type { BonusPolicy } from './definition';

/**
 * What passing by more than enough adds to the 1 for passing: `weight × n^gamma − riskLambda × drawdown`, never below 0, where
 * `n` goes from 0 at the target to 1 at `capMultiple` times the target.
 *
 * @param achievement value ÷ target
 * @param drawdown deepest fall of equity, from 0 to 1
 */
export function bonusOf(
  { capMultiple, gamma, weight, riskLambda }: BonusPolicy,
  achievement: number,
  drawdown: number,
): number {
  const normalised = Math.min(1, Math.max(0, (achievement - 1) / (capMultiple - 1)));
  return Math.max(0, weight * normalised ** gamma - riskLambda * drawdown);
}
