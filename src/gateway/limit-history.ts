import type { Pool } from '../adapters/postgres/connection';
import { othersHaveAttempts, usageOf, type OpenAttempt, type SentUsage } from '../adapters/postgres/sent-usage';
import type { ScopeHistory, UsageHistory } from '../adapters/redis/limiter';
import type { MicroUsd } from '../domain/kernel/money';
import type { LimitBook } from '../domain/llm/limit-rules';
import type { LimitScope, RateWindow } from '../domain/llm/limits';
import { priceOfVersion } from '../domain/llm/price-version';
import { stepOf } from '../domain/llm/rate-window';

/** What was sent in the last windows, from the book of record: Redis forgets, a provider does not. */
export function limitHistory(pool: Pool, limits: LimitBook): UsageHistory {
  return {
    othersActive: (credential, owner) => othersHaveAttempts(pool, credential, owner),
    async load(credential) {
      const scopes = limits.scopesOf(credential);
      const { sent, open } = await usageOf(pool, credential, lengthsOf(scopes));
      const isOf = (scope: LimitScope) => (row: { model: string }) => limits.scopeFor(credential, row.model) === scope;
      return scopes.map((scope) => historyOf(scope, sent.filter(isOf(scope)), open.filter(isOf(scope))));
    },
  };
}

function lengthsOf(scopes: readonly LimitScope[]): { windowMs: number; stepMs: number }[] {
  const lengths = new Set(scopes.flatMap(({ limits }) => limits.windows.map(({ windowMs }) => windowMs)));
  return [...lengths].map((windowMs) => ({ windowMs, stepMs: stepOf(windowMs) }));
}

function historyOf(scope: LimitScope, sent: readonly SentUsage[], open: readonly OpenAttempt[]): ScopeHistory {
  const { windows } = scope.limits;
  const most = Math.max(0, ...windows.filter(({ of }) => of === 'tokens').map(({ limit }) => limit));
  return {
    scope,
    sent: windows.flatMap((window, at) =>
      sent
        .filter(({ windowMs }) => windowMs === window.windowMs)
        .map((usage) => ({ window: at, ageMs: usage.ageMs, amount: amountOf(window, usage) })),
    ),
    underWay: open.map(({ owner, callKey, n, leaseLeftMs, estimateMicroUsd, priceVersion }) => ({
      ...{ owner, callKey, n, leaseLeftMs },
      tokens: Math.min(most, mostTokens(priceVersion, estimateMicroUsd)),
      microUsd: estimateMicroUsd,
    })),
  };
}

function amountOf(window: RateWindow, usage: SentUsage): number {
  if (window.of === 'microUsd') return usage.microUsd;
  if (window.of !== 'tokens') return usage.requests;
  const unknown = usage.unknownMicroUsd > 0 ? mostTokens(usage.priceVersion, usage.unknownMicroUsd) : 0;
  return usage.tokens + Math.min(window.limit, unknown);
}

/** Nobody counted its tokens, but what it may have cost is known: at the lowest rate that is the most it can have had. */
function mostTokens(priceVersion: string, estimateMicroUsd: MicroUsd): number {
  const lowest = Math.min(...priceOfVersion(priceVersion).tiers.flatMap(({ input, output }) => [input, output]));
  return lowest === 0 ? Number.MAX_SAFE_INTEGER : Math.ceil((estimateMicroUsd * 1_000_000) / lowest);
}
