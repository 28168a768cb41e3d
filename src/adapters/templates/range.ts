import { TEMPLATE_LIMITS } from './limits';
import { templateFailure } from './template-failure';

/** Python's `range`, bounded: the library's own builds its list before anybody can look at its length. */
export function boundedRange(...given: unknown[]): number[] {
  const numbers = given.map(wholeNumber);
  const [start, stop] = numbers.length === 1 ? [0, numbers[0]!] : [numbers[0] ?? 0, numbers[1] ?? 0];
  const step = numbers[2] ?? 1;
  if (given.length === 0 || given.length > 3 || step === 0)
    throw templateFailure('range takes (stop), (start, stop) or (start, stop, step), with a step other than 0.');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > TEMPLATE_LIMITS.rangeMax)
    throw templateFailure(`range(…) of ${length} numbers; at most ${TEMPLATE_LIMITS.rangeMax} are allowed.`);
  return Array.from({ length }, (_, index) => start + index * step);
}

function wholeNumber(value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw templateFailure(`range takes whole numbers, got ${typeof value === 'number' ? value : typeof value}.`);
}
