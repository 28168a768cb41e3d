import { configurationError } from './configuration-error';
import { ApiError } from './http/api-error';

const UNITS = ['requests', 'tokens', 'input-tokens', 'output-tokens'] as const;
type Unit = (typeof UNITS)[number];

/** At most `limit` units in any `windowMs`; of one model, or (`null`) of all together. */
export interface LimitRule {
  unit: Unit;
  limit: number;
  windowMs: number;
  model: string | null;
}

export const LIMIT_USAGE = 'UNIT=N/SECONDS[:MODEL]';

/** @throws LonghaulError that says what is accepted. */
export function parseLimit(spec: string): LimitRule {
  const [, unit, limit, seconds, model] = /^([a-z-]+)=([1-9]\d{0,9})\/([1-9]\d{0,5})(?::(.+))?$/.exec(spec) ?? [];
  if (!UNITS.includes(unit as Unit))
    throw configurationError(`limit "${spec}": expected ${LIMIT_USAGE} with UNIT one of ${UNITS.join(', ')}`);
  return { unit: unit as Unit, limit: Number(limit), windowMs: Number(seconds) * 1_000, model: model ?? null };
}

/** How a 429 of ours names the wait. */
export const WAIT_FORMS = ['both', 'seconds', 'ms', 'date', 'none'] as const;
export type WaitForm = (typeof WAIT_FORMS)[number];

/** One limit as it is published. */
export interface LimitState {
  unit: Unit;
  limit: number;
  remaining: number;
  /** Until the oldest counted request leaves the window. */
  resetMs: number;
}

interface Spent {
  inputTokens: number;
  outputTokens: number;
}

/** Hard limits, counted as strictly as a provider can: in any window, wherever it begins. Only what is accepted counts. */
export class RateLimits {
  readonly #windows: SlidingWindow[];

  constructor(
    rules: readonly LimitRule[],
    private readonly waitForm: WaitForm,
  ) {
    this.#windows = rules.map((rule) => new SlidingWindow(rule));
  }

  /** Counts the request in all its windows, or in none. @throws ApiError 429 with the wait. */
  admit(model: string, spent: Spent, nowMs: number): void {
    const windows = this.#of(model);
    const full = windows
      .map((window) => ({ window, waitMs: window.waitMs(spent, nowMs) }))
      .filter(({ waitMs }) => waitMs > 0)
      .sort((a, b) => b.waitMs - a.waitMs)[0];
    if (full !== undefined) throw this.#rejection(full.window, spent, full.waitMs, nowMs);
    for (const window of windows) window.add(spent, nowMs);
  }

  /** The tightest window of each unit. A request whose model is not known yet learns of the common ones. */
  states(model: string | null): LimitState[] {
    const states = this.#of(model).map((window) => window.state);
    return states.filter((state) => states.find(({ unit }) => unit === state.unit) === state);
  }

  #of(model: string | null): SlidingWindow[] {
    const meant = this.#windows.filter(({ rule }) => rule.model === null || rule.model === model);
    return meant.sort((a, b) => a.state.remaining - b.state.remaining);
  }

  #rejection({ rule }: SlidingWindow, spent: Spent, waitMs: number, nowMs: number): ApiError {
    const { unit, limit, windowMs } = rule;
    const asked = amountOf(unit, spent);
    const hopeless = `Request too large for ${unit}: Limit ${limit}, Requested ${asked}.`;
    const wait = `Rate limit reached for ${unit}: limit ${limit} / ${windowMs / 1_000} s. Please try again in ${waitMs}ms.`;
    const body = { message: asked > limit ? hopeless : wait, type: unit, param: null, code: 'rate_limit_exceeded' };
    return new ApiError(429, body, asked > limit ? {} : waitHeaders(this.waitForm, waitMs, nowMs));
  }
}

class SlidingWindow {
  readonly #entries: Array<{ atMs: number; amount: number }> = [];
  #sum = 0;
  #nowMs = 0;

  constructor(readonly rule: LimitRule) {}

  /** 0 when there is room; else until enough has left. 1 ms more, because the window is closed at its old end. */
  waitMs(spent: Spent, nowMs: number): number {
    this.#moveTo(nowMs);
    let tooMuch = this.#sum + amountOf(this.rule.unit, spent) - this.rule.limit;
    if (tooMuch <= 0) return 0;
    const last = this.#entries.find(({ amount }) => (tooMuch -= amount) <= 0);
    return last === undefined ? this.rule.windowMs : Math.max(1, this.#endOf(last.atMs));
  }

  add(spent: Spent, nowMs: number): void {
    this.#moveTo(nowMs);
    const amount = amountOf(this.rule.unit, spent);
    this.#entries.push({ atMs: this.#nowMs, amount });
    this.#sum += amount;
  }

  get state(): LimitState {
    const { unit, limit } = this.rule;
    const oldest = this.#entries[0];
    const resetMs = oldest === undefined ? 0 : Math.max(1, this.#endOf(oldest.atMs));
    return { unit, limit, remaining: limit - this.#sum, resetMs };
  }

  /** Never back: requests that arrived together are admitted in the order in which their bodies were read. */
  #moveTo(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    while (this.#entries.length > 0 && this.#endOf(this.#entries[0]!.atMs) <= 1)
      this.#sum -= this.#entries.shift()!.amount;
  }

  #endOf(atMs: number): number {
    return atMs + this.rule.windowMs - this.#nowMs + 1;
  }
}

function amountOf(unit: Unit, { inputTokens, outputTokens }: Spent): number {
  if (unit === 'requests') return 1;
  if (unit === 'tokens') return inputTokens + outputTokens;
  return unit === 'input-tokens' ? inputTokens : outputTokens;
}

function waitHeaders(form: WaitForm, waitMs: number, nowMs: number): Record<string, string> {
  const ms = { 'retry-after-ms': String(waitMs) };
  const seconds = { 'retry-after': String(Math.ceil(waitMs / 1_000)) };
  // A date has whole seconds, and may not be early.
  const date = { 'retry-after': new Date(Math.ceil((nowMs + waitMs) / 1_000) * 1_000).toUTCString() };
  return { both: { ...ms, ...seconds }, seconds, ms, date, none: {} }[form];
}
