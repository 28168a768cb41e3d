import type { Value } from './jinja';
import { TEMPLATE_LIMITS } from './limits';
import { templateFailure } from './template-failure';
import { lengthOf, type Size } from './value-size';

/** Arguments of a filter or a method, evaluated. */
export interface Arguments {
  positional: Value[];
  named: ReadonlyMap<string, Value>;
}

/**
 * The few operations whose result can be far larger than what goes in: 1 MiB of text, each letter replaced by a
 * megabyte, would be a terabyte. The result is bounded before it is made.
 *
 * @throws LonghaulError TemplateFailed
 */
export function boundResult(operation: string, subject: Value, size: Size, given: Arguments): void {
  const expected = expectedChars(operation, subject, size, given);
  if (expected > TEMPLATE_LIMITS.valueCharsMax) {
    throw templateFailure(
      `the result of "${operation}" may reach ${expected} characters; at most ${TEMPLATE_LIMITS.valueCharsMax} are allowed.`,
    );
  }
}

function expectedChars(operation: string, subject: Value, { chars, nodes, height }: Size, given: Arguments): number {
  switch (operation) {
    case 'replace':
      return chars + (chars / Math.max(1, textLength(given.positional[0])) + 1) * textLength(given.positional[1]);
    case 'join':
      return (
        chars +
        Math.max(lengthOf(subject), textLength(subject)) *
          textLength(given.positional[0] ?? given.named.get('separator'))
      );
    case 'indent':
      return chars + lines(subject) * width(operation, given.positional[0] ?? given.named.get('width'));
    case 'tojson':
      return chars + nodes * (8 + width(operation, given.named.get('indent')) * (height + 1) + separators(given));
    default:
      return chars;
  }
}

function lines({ value }: Value): number {
  return typeof value === 'string' ? value.split('\n').length : 0;
}

function textLength(value: Value | undefined): number {
  return typeof value?.value === 'string' ? value.value.length : 0;
}

function width(operation: string, value: Value | undefined): number {
  const spaces = typeof value?.value === 'number' ? value.value : 0;
  if (spaces < 0 || spaces > TEMPLATE_LIMITS.indentMax) {
    throw templateFailure(`"${operation}" indents by 0 to ${TEMPLATE_LIMITS.indentMax} spaces, got ${spaces}.`);
  }
  return spaces;
}

function separators({ named }: Arguments): number {
  const value = named.get('separators')?.value;
  return Array.isArray(value) ? (value as Value[]).reduce((sum, part) => sum + textLength(part), 0) : 0;
}
