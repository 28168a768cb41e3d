import cases from '../../../fixtures/provider-errors/cases.json';
import { classifyFailure, type FailureClass } from '../../../../src/domain/llm/failure-class';

interface ProviderCase {
  id: string;
  status: number | null;
  headers: Record<string, string>;
  body: unknown;
  expected_class: 'retryable' | 'permanent' | 'unknown';
  retry_after_ms: number | null;
  message_hint_ms?: number;
  network_error?: string;
  now_ms?: number;
}

const COARSE: Record<FailureClass, ProviderCase['expected_class'] | 'none'> = {
  'retryable-after': 'retryable',
  retryable: 'retryable',
  unreachable: 'retryable',
  permanent: 'permanent',
  'spend-cap': 'permanent',
  unknown: 'unknown',
  timeout: 'none',
  cancelled: 'none',
};

function classify({ status, headers, body, network_error, now_ms }: ProviderCase) {
  return classifyFailure({ status, headers, body, transportCode: network_error, nowMs: now_ms ?? 1_700_000_000_000 });
}

describe('answers of providers', () => {
  const table = cases as unknown as ProviderCase[];

  test('there are 43 of them', () => expect(table).toHaveLength(43));

  test.each(table.map((row) => [row.id, row] as const))('%s', (_, row) => {
    const verdict = classify(row);
    expect(COARSE[verdict.class]).toBe(row.expected_class);
    expect(verdict.retryAfterMs).toBe(row.retry_after_ms);
    if (row.message_hint_ms !== undefined) expect(verdict.hintMs).toBe(row.message_hint_ms);
    expect(verdict.message).not.toBe('');
  });
});

const none = { headers: {}, body: null, nowMs: 0 };

describe('spend caps are told from rate limits', () => {
  test.each(['insufficient_quota', 'credit_balance_exhausted', 'project_spend_limit_exceeded'])('%s', (code) => {
    expect(classifyFailure({ ...none, status: 429, body: { error: { code, message: 'no' } } }).class).toBe('spend-cap');
  });

  test('a code in the details, as Anthropic sends it', () => {
    const body = {
      type: 'error',
      error: { type: 'rate_limit_error', message: 'no', details: { error_code: 'enforced_spend_limit_reached' } },
    };
    expect(classifyFailure({ ...none, status: 429, body }).class).toBe('spend-cap');
  });
});

describe('what may have been billed', () => {
  test.each([
    ['a rejection by status', { status: 500 }, false],
    ['a rate limit', { status: 429 }, false],
    ['an intermediary that lost its upstream', { status: 504 }, true],
    ['a connection that was never made', { status: null, transportCode: 'ECONNREFUSED' }, false],
    ['a connection that broke', { status: null, transportCode: 'ECONNRESET' }, true],
    ['a response that had begun', { status: 200, transportCode: 'ECONNRESET' }, true],
    ['a bad certificate', { status: null, transportCode: 'CERT_HAS_EXPIRED' }, false],
  ])('%s', (_, facts, expected) => {
    expect(classifyFailure({ ...none, ...facts }).maybeBilled).toBe(expected);
  });
});

test.each([undefined, null, 0, '', '{', [], { error: null }, { error: 'text' }, 'data: {"error":{"message":7}}'])(
  'any body is classified: %j',
  (body) => {
    expect(() => classifyFailure({ ...none, status: 500, body })).not.toThrow();
  },
);
