import type { CountedUnit, RateWindow } from './limits';
import type { Observation } from './rate-policy';
import { MAX_RETRY_AFTER_MS, type Headers } from './retry-after';

const MINUTE_MS = 60_000;
const MAX_COUNT = 1_000_000_000;

type Names = Record<'limit' | 'remaining' | 'reset', string>;

/** Both dialects; the generic names (OpenRouter and others) speak of requests. The first complete set wins. */
const NAMES: [CountedUnit, Names][] = [
  ['requests', openAi('requests')],
  ['requests', anthropic('requests')],
  ['requests', { limit: 'x-ratelimit-limit', remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset' }],
  ['tokens', openAi('tokens')],
  ['tokens', anthropic('tokens')],
];

/**
 * What the headers of an answer say of our windows. A provider does not name the window it means: it is the shortest
 * one of at least a minute that is no shorter than the time to its reset. Headers lie: what is no plausible number says
 * nothing, and no reset is later than an hour.
 */
export function observationsIn(headers: Headers, windows: readonly RateWindow[], nowMs: number): Observation[] {
  const found = new Map<number, Observation>();
  for (const [unit, names] of NAMES) {
    const limit = count(headers[names.limit]);
    const remaining = count(headers[names.remaining]);
    if (limit === null || remaining === null) continue;
    const resetMs = resetIn(headers[names.reset], nowMs);
    const window = windowFor(windows, unit, resetMs);
    if (window >= 0 && !found.has(window)) {
      found.set(window, { window, limit, remaining, resetMs: resetMs ?? windows[window]!.windowMs });
    }
  }
  return [...found.values()];
}

/** Only what speaks of limits is kept of an answer's headers. */
export function limitHeaders(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.includes('ratelimit')));
}

function openAi(unit: string): Names {
  const name = (what: string) => `x-ratelimit-${what}-${unit}`;
  return { limit: name('limit'), remaining: name('remaining'), reset: name('reset') };
}

function anthropic(unit: string): Names {
  const name = (what: string) => `anthropic-ratelimit-${unit}-${what}`;
  return { limit: name('limit'), remaining: name('remaining'), reset: name('reset') };
}

function windowFor(windows: readonly RateWindow[], unit: CountedUnit, resetMs: number | null): number {
  const fitting = windows
    .map((window, at) => ({ ...window, at }))
    .filter(
      ({ of, windowMs }) => (of ?? 'requests') === unit && windowMs >= Math.max(MINUTE_MS, (resetMs ?? 0) - 1000),
    );
  return fitting.sort((a, b) => a.windowMs - b.windowMs)[0]?.at ?? -1;
}

function count(text: string | undefined): number | null {
  const value = text !== undefined && /^\d{1,10}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return value <= MAX_COUNT ? value : null;
}

/** `6m0s`, `12ms`, `1h2m3.5s`, an RFC 3339 date, seconds, or a moment in ms since 1970. */
function resetIn(text: string | undefined, nowMs: number): number | null {
  const wait = text === undefined ? null : (duration(text) ?? date(text, nowMs) ?? plain(text, nowMs));
  return wait === null ? null : Math.min(Math.max(0, Math.ceil(wait)), MAX_RETRY_AFTER_MS);
}

const UNIT_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

function duration(text: string): number | null {
  if (!/^(\d{1,9}(\.\d{1,9})?(ms|d|h|m|s))+$/.test(text)) return null;
  const parts = [...text.matchAll(/([\d.]+)(ms|d|h|m|s)/g)];
  return parts.reduce((sum, [, value, unit]) => sum + Number(value) * UNIT_MS[unit as keyof typeof UNIT_MS], 0);
}

function date(text: string, nowMs: number): number | null {
  const at = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isFinite(at) ? at - nowMs : null;
}

function plain(text: string, nowMs: number): number | null {
  if (!/^\d{1,13}(\.\d{1,3})?$/.test(text)) return null;
  const value = Number(text);
  return value > 1e12 ? value - nowMs : value > 1e9 ? value * 1000 - nowMs : value * 1000;
}
