export const ARTIFACT_TYPES = [
  'state',
  'tool_call',
  'tool_result',
  'evaluation',
  'policy_decision',
  'metrics',
  'ledger_event',
  'narrative',
  'decision',
  'snapshot',
] as const;
export type ArtifactType = (typeof ARTIFACT_TYPES)[number];

/** Where a payload lies and how to check it. `bytes` as stored (gzip above 2 KiB), `rawBytes` as given. */
export interface StoredPayload {
  driver: string;
  sha256: string;
  bytes: number;
  rawBytes: number;
}

/** A payload that may travel with its header instead of lying somewhere already. */
export interface CarriedPayload extends StoredPayload {
  /** The bytes as stored, in base64: `publish` writes them in its transaction. In no header that is read, in no history. */
  content?: string;
}

/** What a publisher gives; step index and time are the database's. For runs sessionId = runId, branchId = main. */
export interface NewArtifact extends CarriedPayload {
  ref: string;
  tenant: string;
  sessionId: string;
  branchId?: string;
  episodeId?: string;
  groupId?: string;
  parentRefs?: string[];
  type: ArtifactType;
  agentId?: string;
  mime: string;
  model?: string;
  costMicroUsd?: number;
  inputTokens?: number;
  outputTokens?: number;
  latencyMs?: number;
  score?: number;
  reward?: number;
  tags?: string[];
  meta?: Record<string, unknown>;
  evaluatorId?: string;
  judgeVersion?: string;
  /** Publishing the same key twice is one artifact. */
  idempotencyKey?: string;
}

/** A header as stored: the row people search. */
export interface ArtifactHeader extends Omit<NewArtifact, 'idempotencyKey' | 'content'> {
  branchId: string;
  stepIdx: number;
  parentRefs: string[];
  tags: string[];
  meta: Record<string, unknown>;
  /** ISO 8601, UTC, milliseconds. */
  ts: string;
}

/** A header with its time in µs, by which live indexes sort: several artifacts share a millisecond. */
export interface TimedHeader {
  header: ArtifactHeader;
  tsMicros: number;
}

/** What live readers get: enough to list and filter; the rest is one `get` away. */
export type LeanHeader = Pick<
  ArtifactHeader,
  | 'ref'
  | 'sessionId'
  | 'branchId'
  | 'stepIdx'
  | 'type'
  | 'agentId'
  | 'mime'
  | 'ts'
  | 'tags'
  | 'model'
  | 'costMicroUsd'
  | 'score'
  | 'rawBytes'
>;

/** Without parents and meta, which may be a hundred times as long as all the rest. */
export function leanHeader(header: ArtifactHeader): LeanHeader {
  const { ref, sessionId, branchId, stepIdx, type, agentId, mime, ts, tags, model, costMicroUsd, score, rawBytes } =
    header;
  return { ref, sessionId, branchId, stepIdx, type, agentId, mime, ts, tags, model, costMicroUsd, score, rawBytes };
}
