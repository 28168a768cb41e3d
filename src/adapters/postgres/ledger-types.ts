import type { NewArtifact } from '../../domain/artifacts/header';
import type { AgentStatus } from '../../domain/agents/run-state';
import type { MicroUsd } from '../../domain/kernel/money';
import type { NewRecording } from './recording';

/** One call that asks for room on all its budgets (parents of the named ones are added by themselves). */
export interface ReserveCall {
  callKey: string;
  /** A UUID of who asks. Asked again with the same one after a lost reply, the answer is the same attempt. */
  token: string;
  tenant: string;
  runId: string | null;
  node: string | null;
  budgets: string[];
  /** The worst case: priced input + the whole maxTokens. */
  estimateMicroUsd: MicroUsd;
  /** Id of this process, by which a reaper can revoke its leases. */
  owner: string;
  leaseMs: number;
  /** How long its place in the queue is kept without asking again. */
  waiterTtlMs: number;
  provider: string;
  model: string;
  priceVersion: string;
  requestHash: string;
}

/** The level that answered, in micro-USD. */
export interface BudgetLevel {
  budget: string;
  limitMicroUsd: MicroUsd;
  settledMicroUsd: MicroUsd;
  reservedMicroUsd: MicroUsd;
  unknownMicroUsd: MicroUsd;
}

export type ReserveAnswer =
  /** A result exists: nothing is to be paid. */
  | { answer: 'stored'; callKey: string; n: number; artifactRef: string }
  /** Another attempt is under a live lease, at most `leaseLeftMs` longer unless it is renewed. */
  | { answer: 'leased'; callKey: string; n: number; leaseUntil: Date; leaseLeftMs: number }
  /** Three attempts were lost with their process. */
  | { answer: 'poison'; callKey: string; n: number }
  /** The provider has a response of attempt `n`, whose process is gone. */
  | { answer: 'resume'; callKey: string; n: number }
  | { answer: 'admitted'; callKey: string; n: number; epoch: number; leaseUntil: Date }
  /** wait: others hold the room; unknown: unresolved attempts hold it; refused: it never fits. */
  | { answer: 'wait' | 'unknown' | 'refused'; callKey: string; level: BudgetLevel };

/** An attempt that this process owns: the fence of everything that follows `admitted`. */
export interface OwnedAttempt {
  callKey: string;
  n: number;
  epoch: number;
}

/** What the end of an attempt changes at its node, in the same transaction. Left out: stays as it is, except that the reason is cleared. */
export interface NodePatch {
  status?: AgentStatus;
  outputRef?: string;
  /** From now until the next try, in ms. */
  nextTryMs?: number;
  reasonCode?: string;
  reason?: string;
}

interface SettleBase extends OwnedAttempt {
  providerRequestId?: string;
  node?: NodePatch;
}

/** A complete answer: paid, and the call's result unless the attempt was lost meanwhile. */
export interface SettleAnswered extends SettleBase {
  outcome: 'answered';
  actualMicroUsd: MicroUsd;
  inputTokens: number;
  outputTokens: number;
  model: string;
  finishReason: string;
  artifactRef: string;
  /** Without idempotency keys: the epoch is the fence. Payloads are durable already. */
  artifacts: NewArtifact[];
  /** Recorded in the same transaction, if the answer becomes the call's result. */
  recording?: NewRecording;
}

/** failed: proved unbilled. unknown: may have been billed, held at its maximum. */
export interface SettleFailed extends SettleBase {
  outcome: 'failed' | 'unknown';
  failureClass: string;
  failure: string;
}

export type SettleResult = SettleAnswered | SettleFailed;

export interface SettleAnswer {
  callKey: string;
  n: number;
  /**
   * settled, void, unknown: done now. already: changes nothing, for it was done before or never sent under this epoch.
   * late: the process had lost the attempt; booked as known spend, never the result.
   */
  answer: 'settled' | 'void' | 'unknown' | 'already' | 'late';
  /** The call's stored result, whoever stored it. */
  artifactRef: string | null;
  /** Attempts of this node that its model failed, so far; outside a run those of this call. */
  modelFailures: number | null;
}

/** What a provider's own log says of one attempt. */
export type ReconcileItem =
  | {
      callKey: string;
      n: number;
      billed: true;
      actualMicroUsd: MicroUsd;
      inputTokens?: number;
      outputTokens?: number;
      /** One bill for all attempts of the question: `open` while another one may be the one that it is booked on. */
      keyed?: boolean;
    }
  | { callKey: string; n: number; billed: false };

export interface ReconcileAnswer {
  callKey: string;
  n: number;
  answer: 'settled' | 'void' | 'already' | 'open' | 'missing';
}
