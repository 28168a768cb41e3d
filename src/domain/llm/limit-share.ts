import type { Amounts, Limits, RateWindow } from './limits';

/** What counts already in one scope: by window, and of the requests under way. */
export interface CountedUsage {
  sent: readonly { window: number; ageMs: number; amount: number }[];
  underWay: readonly (Amounts & { leaseLeftMs: number })[];
}

/**
 * What one of `shares` processes may do on its own, so that all together stay within the limits. Null where a limit is
 * smaller than the number of processes: then some would have to have nothing.
 */
export function shareOf(limits: Limits, shares: number): Limits | null {
  const windows = limits.windows.map((window) => windowShare(window, shares));
  const concurrent = Math.floor(limits.concurrent / shares);
  return concurrent === 0 || windows.some(({ limit }) => limit === 0) ? null : { windows, concurrent };
}

function windowShare(window: RateWindow, shares: number): RateWindow {
  const limit = Math.floor(window.limit / shares);
  if (window.burst === undefined) return { ...window, limit };
  return { ...window, limit, burst: Math.max(1, Math.floor(window.burst / shares)) };
}

/**
 * The same part of what counts already, so that the shares together have what is left. Requests under way are rounded up
 * to whole ones, which end when the last of them may.
 */
export function usageShareOf({ sent, underWay }: CountedUsage, shares: number): CountedUsage {
  const count = Math.ceil(underWay.length / shares);
  const part = (read: (of: Amounts) => number) =>
    underWay.reduce((sum, amounts) => sum + read(amounts), 0) / shares / count;
  const each = {
    tokens: part(({ tokens }) => tokens),
    microUsd: part(({ microUsd }) => microUsd),
    leaseLeftMs: Math.max(0, ...underWay.map(({ leaseLeftMs }) => leaseLeftMs)),
  };
  return {
    sent: sent.map((counted) => ({ ...counted, amount: counted.amount / shares })),
    underWay: Array.from({ length: count }, () => each),
  };
}
