/** One quantity, seen three ways: at the least, as it will likely be, and at the most. */
export interface Spread {
  low: number;
  expected: number;
  worstCase: number;
}

export const NOTHING: Spread = { low: 0, expected: 0, worstCase: 0 };

export function sumOf(parts: readonly Spread[]): Spread {
  return parts.reduce(
    (sum, part) => ({
      low: sum.low + part.low,
      expected: sum.expected + part.expected,
      worstCase: sum.worstCase + part.worstCase,
    }),
    NOTHING,
  );
}

/** In order and within a limit: earlier runs may have been cheaper than what is assumed to be the least. */
export function ordered({ low, expected, worstCase }: Spread, limit = Number.MAX_SAFE_INTEGER): Spread {
  const most = Math.min(worstCase, limit);
  const likely = Math.min(expected, most);
  return { low: Math.min(low, likely), expected: likely, worstCase: most };
}
