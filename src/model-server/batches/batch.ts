import type { WireName } from '../wire-name';

/** How a batch stands, in OpenAI's words; a batch in one of the last four is over. */
export type BatchStatus =
  'validating' | 'in_progress' | 'cancelling' | 'completed' | 'failed' | 'expired' | 'cancelled';

/** One batch as it is stored: all that a server started anew needs to go on with it. */
export interface StoredBatch {
  id: string;
  wire: WireName;
  /** Of creation, so that a list is newest first also within one millisecond. */
  seq: number;
  status: BatchStatus;
  inputFileId: string;
  outputFileId: string | null;
  errorFileId: string | null;
  metadata: Record<string, string> | null;
  createdMs: number;
  expiresMs: number;
  endedMs: number | null;
  /** When somebody asked for its end. */
  cancelledMs: number | null;
  counts: { total: number; completed: number; failed: number };
  /** Of the failed: never processed, because it expired or was cancelled. */
  unprocessed: number;
  /** Why validation failed. */
  errors: BatchError[];
  /** It expires after this many processed requests, as a fault demanded. */
  expiresAfter: number | null;
  /** A fault says that it does not pass validation. */
  isInvalid: boolean;
}

export interface BatchError {
  code: string;
  message: string;
  line: number | null;
  param: string | null;
}

/** Works batches off beside the requests. */
export interface BatchWork {
  start(batch: StoredBatch): void;
  /** Over soon; one that has ended stays as it is. */
  cancel(batch: StoredBatch): Promise<void>;
}

/** One request of a batch: a line of its input file. */
export interface BatchLine {
  customId: string;
  /** For the book. */
  attemptKey: string | null;
  body: object;
}

export function isOver({ status }: Pick<StoredBatch, 'status'>): boolean {
  return status !== 'validating' && status !== 'in_progress' && status !== 'cancelling';
}
