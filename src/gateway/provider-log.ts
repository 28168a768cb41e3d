/** One billed request of a provider's own record. */
export interface ProviderLogRow {
  /** `{callKey}#{n}`, as it travelled with the request. */
  attemptKey: string;
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens?: number;
  /** With a key the provider billed the call once, whichever attempt of it brought the answer home. */
  idempotencyKey?: string;
}
