import { readProviderError, type ProviderError } from './provider-error';
import { hintedWaitMs, retryAfterMs, type Headers } from './retry-after';

/**
 * What an attempt's failure means for the next one. `retryable-after`, `retryable`, `timeout` and `unknown` may be tried
 * again (each try is counted); `unreachable` is no answer of the model at all, so it is waited for and not counted;
 * `permanent` and `spend-cap` never succeed by waiting; `cancelled` was our own wish.
 */
export const FAILURE_CLASSES = [
  'retryable-after',
  'retryable',
  'unreachable',
  'permanent',
  'spend-cap',
  'unknown',
  'timeout',
  'cancelled',
] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** How an attempt ended when it brought no complete answer. */
export interface FailureFacts {
  /** Null when no response came at all. 200 with an error event in the stream is a failure, too. */
  status: number | null;
  /** Lower-case names. */
  headers: Headers;
  /** Parsed JSON, or the raw text. */
  body: unknown;
  /** The socket's error code (`ECONNRESET`, `UND_ERR_SOCKET` …) when the transport failed. */
  transportCode?: string;
  nowMs: number;
}

export interface ClassifiedFailure {
  class: FailureClass;
  /** From the headers only; null = use the own backoff. */
  retryAfterMs: number | null;
  /** A wait that only the text names; a floor for the own backoff. */
  hintMs: number | null;
  /** Whether the provider may have accepted (and will bill) the request. */
  maybeBilled: boolean;
  message: string;
}

const SPEND_CAP = new Set([
  'insufficient_quota',
  'credit_balance_exhausted',
  'organization_spend_limit_exceeded',
  'project_spend_limit_exceeded',
  'organization_usage_limit_exceeded',
  'billing_hard_limit_reached',
  'enforced_spend_limit_reached',
  'billing_error',
]);
const SPEND_CAP_TEXT = /credit balance is too low|exceeded your current quota|spend(ing)? limit/i;
const PERMANENT_STATUS = new Set([400, 401, 403, 404, 405, 410, 411, 413, 414, 415, 422, 426, 431]);
const RETRYABLE_CODES = /rate_limit|overloaded|server_error|service_unavailable|api_error|timeout|unavailable/i;
/** An intermediary says that it does not know what became of the request: the provider may be working on it. */
const AMBIGUOUS_STATUS = new Set([502, 504, 520, 521, 522, 523, 524]);
/** The connection was never made, so nothing can have been accepted. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_INVALID_URL',
]);
const CERTIFICATE = /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/**
 * One decision for all providers. The code decides before the status, because some 429s are permanent (a spend cap, a
 * request larger than the limit) and the official clients retry them.
 */
export function classifyFailure(facts: FailureFacts): ClassifiedFailure {
  const error = readProviderError(facts.body);
  const message = error?.message ?? '';
  const waitMs = retryAfterMs(facts.headers, facts.nowMs);
  const kind = classOf(facts, error);
  const mayWait = kind === 'retryable' || kind === 'unknown';
  return {
    class: kind === 'retryable' && waitMs !== null ? 'retryable-after' : kind,
    retryAfterMs: mayWait ? waitMs : null,
    hintMs: mayWait ? hintedWaitMs(message) : null,
    maybeBilled: maybeBilled(facts, error),
    message: message || describe(facts),
  };
}

function classOf(
  facts: FailureFacts,
  error: ProviderError | null,
): 'retryable' | 'unreachable' | 'permanent' | 'spend-cap' | 'unknown' {
  if (facts.status === null) return transportClass(facts.transportCode ?? '');
  if (error && isSpendCap(error)) return 'spend-cap';
  if (facts.headers['x-should-retry'] === 'false') return 'permanent';
  if (facts.status === 402) return 'spend-cap';
  if (facts.status === 429) return isTooLarge(error) ? 'permanent' : 'retryable';
  // 3xx: redirects are not followed; the address of the provider is wrong, and stays wrong
  if (PERMANENT_STATUS.has(facts.status) || (facts.status >= 300 && facts.status < 400)) return 'permanent';
  if (facts.status === 408 || facts.status === 409 || facts.status === 425 || facts.status >= 500) return 'retryable';
  if (facts.status === 200 && error) return eventClass(error);
  return facts.transportCode ? 'retryable' : 'unknown';
}

function transportClass(code: string): 'permanent' | 'unreachable' | 'retryable' {
  if (CERTIFICATE.test(code) || code === 'ERR_INVALID_URL') return 'permanent';
  return NEVER_SENT.has(code) ? 'unreachable' : 'retryable';
}

/** An error event inside a 200 stream carries no status; only its code and type tell. */
function eventClass(error: ProviderError): 'retryable' | 'permanent' | 'unknown' {
  if (isTooLarge(error)) return 'permanent';
  if (RETRYABLE_CODES.test(error.code) || RETRYABLE_CODES.test(error.type)) return 'retryable';
  return /invalid|content_filter|context_length|authentication|permission|not_found/i.test(
    `${error.code} ${error.type}`,
  )
    ? 'permanent'
    : 'unknown';
}

function isSpendCap({ code, type, message }: ProviderError): boolean {
  return SPEND_CAP.has(code) || SPEND_CAP.has(type) || SPEND_CAP_TEXT.test(message);
}

/** "Limit 30000, Requested 31538": the same request can never pass, however long one waits. */
function isTooLarge(error: ProviderError | null): boolean {
  if (!error) return false;
  const numbers = /Limit (\d{1,12}),(?: Used \d{1,12},)? Requested (\d{1,12})/.exec(error.message);
  return /^Request too large/.test(error.message) || (numbers !== null && Number(numbers[2]) > Number(numbers[1]));
}

/**
 * A status that rejects the request proves that nothing was billed. A response that had begun, an intermediary that lost
 * its upstream, and a connection that broke after it was made prove nothing.
 */
function maybeBilled(facts: FailureFacts, error: ProviderError | null): boolean {
  if (facts.status === null)
    return !NEVER_SENT.has(facts.transportCode ?? '') && !CERTIFICATE.test(facts.transportCode ?? '');
  if (facts.status >= 200 && facts.status < 300) return !(error && isSpendCap(error));
  return AMBIGUOUS_STATUS.has(facts.status);
}

function describe(facts: FailureFacts): string {
  if (facts.status === null) return `no response (${facts.transportCode ?? 'connection lost'})`;
  if (facts.status !== 200) return `HTTP ${facts.status} without a readable error`;
  return facts.transportCode ? `the response broke off (${facts.transportCode})` : 'a response without a usable answer';
}
