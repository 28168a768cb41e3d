/** Bytes and when: `afterMs` counts from the piece before, the first one's from the headers. */
export interface Piece {
  afterMs: number;
  text: string;
  /** Not before this; a rejection ends the delivery. */
  ready?: Promise<void>;
  /** Sent instead of the text, so many times: more than a process should hold, or no text at all. */
  raw?: { bytes: Buffer; times: number };
  /** Says something of the answer, where others only frame it. */
  isContent?: boolean;
}

/**
 * How an answer goes over the wire, decided before a byte is sent. Faults are other plans, so one player serves all.
 *
 * Endings: `end` closes in order, `destroy` cuts the connection, `silent` sends nothing more and keeps it open,
 * `keep-alive` sends empty bytes for ever.
 */
export interface DeliveryPlan {
  headersAfterMs: number;
  headers: Readonly<Record<string, string>>;
  /** `null`: no headers are ever sent. */
  pieces: readonly Piece[] | null;
  ending: 'end' | 'destroy' | 'silent' | 'keep-alive';
  keepAlive: { text: string; everyMs: number };
}
