import type { ChatAnswer, ChatRequest, Usage } from '../../domain/llm/chat';
import type { FailureClass } from '../../domain/llm/failure-class';
import type { WireName } from '../../domain/llm/model-name';
import type { Headers } from '../../domain/llm/retry-after';

/** Limits of one attempt, each in ms from the moment the request is sent. */
export interface CallDeadlines {
  /** Until the response headers arrive. */
  headersMs: number;
  /** Longest silence between two pieces of content; keep-alive bytes do not count. */
  idleMs: number;
  /** The whole attempt. */
  totalMs: number;
}

export interface ProviderCall {
  request: ChatRequest;
  /** Travels as a header and as metadata, so that the provider's own log can name the attempt. */
  attemptKey: string;
  deadlines: CallDeadlines;
  signal: AbortSignal;
  /** The response has begun: from now on the provider bills. Its headers may say what is left of its limits. */
  onAccepted?(headers: Headers): void;
  /** The next piece of the answer's text, as it arrives. What was said here counts only once the answer is complete. */
  onDelta?(text: string): void;
}

/**
 * One provider behind one face. `complete` returns only complete answers (terminator and usage arrived); everything
 * else is a ProviderFailure with its class. It never retries: one place decides about retries.
 */
export interface Provider {
  readonly name: string;
  /** @throws ProviderFailure */
  complete(call: ProviderCall): Promise<ChatAnswer>;
  /** Answers that are made whether or not anybody reads them; absent where the provider has no such thing. */
  readonly background?: Background;
  /** Many requests at once, at half the price, whenever the provider has time; absent where it has no such thing. */
  readonly batches?: Batches;
}

export interface BackgroundCall extends ProviderCall {
  /** The response has a name from now on, by which its answer can be fetched. Awaited before anything else is read. */
  onResponse(responseId: string): Promise<void>;
}

/** A response that is made by the provider on its own, and fetched by its id. */
export interface Background {
  /** @throws ProviderFailure */
  start(call: BackgroundCall): Promise<ChatAnswer>;
  /** Fetches the answer of a response that was started before, waiting for its end. @throws ProviderFailure */
  resume(responseId: string, call: ProviderCall): Promise<ChatAnswer>;
  /**
   * Ends it; idempotent. @returns what it used, null when the provider does not say
   * @throws when the provider cannot be reached or has no such response
   */
  cancel(responseId: string): Promise<Usage | null>;
}

/** Batches of requests. Each step is one or a few HTTP requests with deadlines of its own. @throws ProviderFailure */
export interface Batches {
  /** One request as it goes into a batch, under the custom id of its attempt. */
  lineOf(attemptKey: string, request: ChatRequest): string;
  /** What comes back with its answer: the attempt key, or a digest of it where the provider takes no such names. */
  customIdOf(attemptKey: string): string;
  /** Creates a batch under a name of ours. @returns the provider's id of it */
  submit(name: string, lines: readonly string[], signal: AbortSignal): Promise<string>;
  /** Looks for a batch that may have been made, without a reply that told its id. */
  find(sought: SoughtBatch, signal: AbortSignal): Promise<FoundBatch>;
  look(id: string, signal: AbortSignal): Promise<BatchState>;
  /** What a batch that has ended brought, by request; in no order. */
  answersOf(state: BatchState, signal: AbortSignal): Promise<BatchAnswer[]>;
  /** Ends soon; what was processed by then is billed. Idempotent. */
  cancel(id: string, signal: AbortSignal): Promise<void>;
}

/** All that a batch can be known again by. */
export interface SoughtBatch {
  name: string;
  /** By our clock. */
  madeSince: Date;
  /** Of all its requests. */
  attemptKeys: readonly string[];
  /** Which of these ids of the provider's are known as other batches of ours. */
  takenAmong(ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/** `unsure`: one that goes on may be it, and tells only at its end. */
export type FoundBatch = { id: string } | 'none' | 'unsure';

export interface BatchState {
  id: string;
  /** Null while it goes on. `failed`: it did not pass validation, nothing of it was processed. */
  end: 'completed' | 'failed' | 'expired' | 'cancelled' | null;
  isCancelling: boolean;
  /** Names of the files that hold its answers. */
  files: string[];
  /** Why it did not pass validation, if it did not. */
  detail: string | null;
}

export type BatchAnswer = { customId: string } & RequestEnd;

export type RequestEnd =
  | { answer: ChatAnswer }
  | { failure: ProviderFailureFacts }
  /** It was not processed, and is not billed: why. */
  | { notProcessed: string };

export interface ProviderSettings {
  modelServerUrl?: string;
  openaiBaseUrl: string;
  openaiApiKey?: string;
  anthropicBaseUrl: string;
  anthropicApiKey?: string;
  /** Names of providers, with commas in between. */
  idempotentProviders?: string;
}

/** One wire format: who answers through it. */
export interface ProviderFamily {
  wire: WireName;
  /** Which names are asked here, for people. */
  serves: string;
  /** The setting that opens it, for people. */
  keySetting: string;
  /** Null without a key. */
  open(settings: ProviderSettings): Provider | null;
  /** The scripted model server at this address, without a path. */
  atModelServer(url: string, settings: ProviderSettings): Provider;
}

export interface ProviderFailureFacts {
  class: FailureClass;
  /** Safe to show and to store: no secrets, no control characters, at most 500 characters. */
  detail: string;
  /** What the provider asked for (header, or its text), else null. */
  retryAfterMs: number | null;
  /** HTTP status, or null when none came. */
  status: number | null;
  /** False only when it is proved that nothing was billed. */
  maybeBilled: boolean;
  /** Which deadline passed, for class `timeout`. */
  deadline?: 'headers' | 'idle' | 'total';
  providerRequestId?: string;
  /** The background response ended without an answer, or is gone: asking for it again brings nothing. */
  responseOver?: boolean;
  /** What the response said of its limits; no other header. */
  limitHeaders?: Headers;
}

/** An attempt that brought no complete answer. */
export class ProviderFailure extends Error {
  override readonly name = 'ProviderFailure';

  constructor(readonly facts: ProviderFailureFacts) {
    super(facts.detail);
  }

  /** Survives duplicate module copies, where `instanceof` does not. */
  static is(error: unknown): error is ProviderFailure {
    return error instanceof Error && error.name === 'ProviderFailure' && 'facts' in error;
  }
}
