import type { CountedUnit, Limits, LimitScope, RateWindow } from './limits';

/** Limits as people write them; 0 means that there is no such limit. */
export interface LimitSettings {
  requestsPerMinute: number;
  requestsPerHour: number;
  requestsPerDay: number;
  /** Input and output. */
  tokensPerMinute: number;
  spendPerMinuteMicroUsd: number;
  concurrentRequests: number;
}

/** Other limits for some models. Both patterns may hold `*`; the first rule that fits is taken, and what it leaves out stays. */
export interface LimitRule extends Partial<LimitSettings> {
  provider?: string;
  model?: string;
}

/** Which limits a model of a provider has. Models that fall under one rule share them. */
export interface LimitBook {
  scopeFor(credential: string, model: string): LimitScope;
  /** All there can be of a credential. */
  scopesOf(credential: string): LimitScope[];
}

const ANY = '*';

export function limitBook(settings: LimitSettings, rules: readonly LimitRule[] = []): LimitBook {
  const all: LimitRule[] = [...rules, {}];
  const cache = new Map<string, LimitScope>();
  const scopeOf = (credential: string, rule: LimitRule): LimitScope => {
    const family = rule.model ?? ANY;
    const key = `${credential}\n${family}`;
    const scope = cache.get(key) ?? { credential, family, limits: toLimits({ ...settings, ...given(rule) }) };
    cache.set(key, scope);
    return scope;
  };
  const ofProvider = (credential: string) => all.filter((rule) => fits(rule.provider, credential));
  return {
    scopeFor: (credential, model) =>
      scopeOf(credential, ofProvider(credential).find((rule) => fits(rule.model, model)) ?? {}),
    scopesOf: (credential) => [...new Set(ofProvider(credential).map((rule) => scopeOf(credential, rule)))],
  };
}

/** The same limits for everything. */
export function sameLimits(limits: Limits): LimitBook {
  const cache = new Map<string, LimitScope>();
  const scopeFor = (credential: string): LimitScope => {
    const scope = cache.get(credential) ?? { credential, family: ANY, limits };
    cache.set(credential, scope);
    return scope;
  };
  return { scopeFor, scopesOf: (credential) => [scopeFor(credential)] };
}

export function toLimits(settings: LimitSettings): Limits {
  const { requestsPerMinute, requestsPerHour, requestsPerDay, tokensPerMinute, spendPerMinuteMicroUsd } = settings;
  const windows = [
    window('requests/min', 60_000, requestsPerMinute, 'requests', Math.max(10, requestsPerMinute / 4)),
    window('requests/h', 3_600_000, requestsPerHour, 'requests'),
    window('requests/day', 86_400_000, requestsPerDay, 'requests'),
    window('tokens/min', 60_000, tokensPerMinute, 'tokens', tokensPerMinute / 2),
    window('micro-USD/min', 60_000, spendPerMinuteMicroUsd, 'microUsd'),
  ];
  return { windows: windows.filter(({ limit }) => limit > 0), concurrent: settings.concurrentRequests };
}

/** What may go at once is bounded, because providers enforce a minute's limit in shorter steps than a minute. */
function window(name: string, windowMs: number, limit: number, of: CountedUnit, burst?: number): RateWindow {
  const plain = { name, windowMs, limit, of };
  return burst === undefined || burst >= limit ? plain : { ...plain, burst: Math.ceil(burst) };
}

function given({ provider: _provider, model: _model, ...limits }: LimitRule): Partial<LimitSettings> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

function fits(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true;
  const source = pattern.split(ANY).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`).test(text);
}
