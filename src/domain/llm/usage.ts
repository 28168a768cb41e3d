import type { Usage } from './chat';

/** More tokens than any context window: a count above it is a broken provider, not a long answer. */
const MAX_TOKENS = 100_000_000;

/**
 * What is wrong with a provider's usage report, or null. Such a report is refused, because a negative or missing count
 * would book too little; the attempt then stays at its maximum until it is reconciled.
 */
export function usageProblem(usage: Usage): string | null {
  const { inputTokens, outputTokens, ...optional } = usage;
  const given = Object.entries(optional).filter(([, count]) => count !== undefined);
  for (const [name, count] of Object.entries({ inputTokens, outputTokens, ...Object.fromEntries(given) })) {
    if (!(Number.isSafeInteger(count) && count >= 0 && count <= MAX_TOKENS)) {
      return `${name} is ${count}, expected an integer from 0 to ${MAX_TOKENS}`;
    }
  }
  if (usage.inputTokens === 0) return 'inputTokens is 0, but a prompt was sent';
  const parts = (usage.cachedInputTokens ?? 0) + (usage.cacheWriteInputTokens ?? 0);
  if (parts > usage.inputTokens) return `cached parts (${parts}) are more than inputTokens (${usage.inputTokens})`;
  return null;
}
