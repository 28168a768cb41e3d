import type { MicroUsd } from '../../domain/kernel/money';

/** One recorded answer. Nothing of how it was asked for is in it: no header, no key. */
export interface Recording {
  requestHash: string;
  /** Canonical JSON. */
  answer: string;
  /** Of request hash and answer. */
  sha256: string;
  model: string;
  inputTokens: number;
  outputTokens: number;
  /** What it cost when it was recorded. */
  costMicroUsd: MicroUsd;
}

export interface NewRecording extends Recording {
  tenant: string;
  /** Of the cassette. */
  name: string;
  /** Absent: now. */
  recordedAt?: string;
  /** Whether it takes the place of an older one; otherwise the first one stays. */
  replace: boolean;
}
