import type { BatchCounts } from './batching';
import type { GroupCounts } from './group-commit';
import type { NodePatch } from '../adapters/postgres/ledger-types';
import type { NewArtifact } from '../domain/artifacts/header';
import type { ChatAnswer, ChatRequest, FallbackFrom, FinishReason, Usage } from '../domain/llm/chat';
import type { TextPiece } from '../domain/llm/live-text';
import type { PriorityClass } from '../domain/llm/fair-queue';
import type { CassetteUse } from '../domain/llm/cassette';
import type { FailureClass } from '../domain/llm/failure-class';
import type { MicroUsd } from '../domain/kernel/money';

/** `sync`: one streaming request. `background`: the provider makes the answer on its own, and it is fetched by its id after a crash. */
export type GatewayDelivery = 'sync' | 'background';

/** One logical model call. Everything in it is decided by the caller; the gateway decides only when and whether. */
export interface GatewayCall {
  tenant: string;
  /** Both null for a call outside a run: nobody's read model is told, and its own attempts are counted. */
  runId: string | null;
  node: string | null;
  /** `{originRunId}/{nodePath}/{callIndex}`, or a name of its own outside a run: a call whose result is stored under it is never paid again. */
  callKey: string;
  /** Lowest levels (agent, run, …); their parents are found by the database. */
  budgets: string[];
  request: ChatRequest;
  /** Asked in this order when the request's model cannot answer (see fallback.ts). */
  fallbackModels?: readonly string[];
  /** Set by the gateway on a call that a fallback answers. */
  fallbackFrom?: FallbackFrom;
  /** Whether a model that failed so often, counted over the node, is given up for its fallback; never when absent. */
  retriesExhausted?(modelFailures: number): boolean;
  /** Whose turn comes first when permits are short; interactive by default. */
  priority?: PriorityClass;
  /** Whose turns a call outside a run takes among its tenant's; its own by default. */
  flow?: string;
  /** Of its tenant, against other tenants; 1 by default. */
  weight?: number;
  /** How the provider is asked; `sync` by default. */
  delivery?: GatewayDelivery;
  /** Whole attempt, from sent, in ms. */
  timeoutMs: number;
  /** Longest time this node may wait for room or permits, over all activity attempts, in ms. */
  queueTimeoutMs?: number | null;
  /** Longest wait inside this one call, in ms; a longer one ends as a LonghaulError with `params.waitMs`. */
  maxWaitMs: number;
  /** Equal requests share one provider call only within this scope; absent: within the tenant. */
  shareWithin?: string;
  /** Whose recordings answer it, or record it; absent: none. */
  cassette?: CassetteUse;
  /** Makes large payloads durable and returns what goes into the one settle transaction. May be called again with the same answer. */
  buildArtifacts(answer: ChatAnswer, facts: CallFacts): Promise<CallArtifacts>;
  /** What the read model says of a failed attempt; without it: running, reason `retrying`, the failure's text. */
  nodeOnFailure?(failure: CallFailure): NodePatch;
}

/** What is known of an answer besides its text. */
export interface CallFacts {
  /** Absent when a cassette answered. */
  attemptKey?: string;
  /** Call key of the call that paid for the answer. */
  sharedFrom?: string;
  /** The cassette that answered. */
  cassette?: string;
  costMicroUsd: MicroUsd;
  usage: Usage;
  latencyMs: number;
  requestHash: string;
}

export interface CallArtifacts {
  /** Headers to publish; their payloads are durable or travel with them. */
  artifacts: NewArtifact[];
  /** What a later caller with the same call key is given. */
  resultRef: string;
  node?: NodePatch;
}

export interface CallFailure {
  failureClass: FailureClass;
  detail: string;
  retryAfterMs: number | null;
  maybeBilled: boolean;
}

export interface CallContext {
  /** Aborts the HTTP request; the attempt is then booked as unknown at its maximum. */
  signal: AbortSignal;
  /**
   * Whether an aborted call was given up for good: then its background response is ended at the provider. Absent or false:
   * its next attempt fetches the answer. Asked for as a fact, because the words of an abort's reason are nobody's promise.
   */
  unwanted?(): boolean;
  /** Called at least once a second while anything is waited for. */
  heartbeat(): void;
  /** The next piece of text of an attempt, as it arrives. It counts for nothing until the call has its result. */
  onDelta?(piece: TextPiece): void;
}

export interface GatewayResult {
  resultRef: string;
  /** Which model was asked for, when another one answered now; a stored answer tells it itself. */
  fallbackFrom?: FallbackFrom;
  /** What this call of the gateway cost: 0 when the result was stored before, recorded, or another call's. */
  costMicroUsd: MicroUsd;
  /** Of a result that was stored or recorded before: what it cost when it was paid. */
  paidBeforeMicroUsd?: MicroUsd;
  usage: Usage;
  model: string;
  finishReason: FinishReason;
  /** `shared`: an equal call that came at the same time paid for it, `sharedFrom`. */
  source: 'stored' | 'paid' | 'cassette' | 'shared';
  sharedFrom?: string;
}

export interface GatewayStatistics {
  /** Micro-batches, and the calls that were answered by an equal one of their batch. */
  batches: BatchCounts & { sharedCalls: number };
  /** Statements of each step, and the calls that they were for. */
  commits: Record<string, GroupCounts>;
}

export interface Gateway {
  /** Ends the leases of processes of this host that are certainly gone, then begins to renew its own. */
  start(): Promise<void>;
  /**
   * @throws LonghaulError BudgetExceeded | BudgetWait | RateLimited | CallLeased | QueueTimeout | PoisonCall | UnknownPrice |
   *   CassetteMiss | RecordingDamaged | UnknownModel | RequestTooLargeForLimit | ModelFailed | ModelRefused | SpendCap | ProviderPaused | AgentTimeout | PaymentUnsettled
   *   (waits carry `waitMs`; model failures carry `failureClass`, `retryAfterMs`, `modelFailures`), or `signal.reason`.
   */
  call(input: GatewayCall, context: CallContext): Promise<GatewayResult>;
  /** Calls under way in this process. */
  readonly inFlight: number;
  /** Of this process, since it began. */
  statistics(): GatewayStatistics;
  /** Sends what still waits for others, and waits for the calls under way. */
  stop(): Promise<void>;
}
