import type { CarriedPayload, StoredPayload } from './header';

/** Bytes as they are stored, and what they are of. */
export interface EncodedPayload {
  /** Of the raw bytes. */
  sha256: string;
  rawBytes: number;
  stored: Uint8Array;
}

/**
 * The interface of every payload driver (filesystem now, object stores later). Content-addressed: the key is the
 * SHA-256 of the raw bytes, so `put` of the same bytes twice stores them once. `put` returns only when they are durable.
 */
export interface PayloadStore {
  readonly driver: string;
  put(raw: Uint8Array): Promise<StoredPayload>;
  /** `put` of what is encoded already. */
  write(payload: EncodedPayload): Promise<StoredPayload>;
  /** @throws LonghaulError PayloadMissing | PayloadCorrupt, naming `ref` */
  get(payload: StoredPayload, ref: string): Promise<Uint8Array>;
}

export interface PayloadWriter {
  /** @throws LonghaulError PayloadTooLarge | PayloadStoreFailed */
  put(raw: Uint8Array): Promise<CarriedPayload>;
}

/** All places where payloads lie, as one. */
export interface Payloads extends PayloadWriter {
  /** Returns only when they are durable. */
  put(raw: Uint8Array): Promise<StoredPayload>;
  /** For who names the payload in a transaction: where it is small, that transaction makes it durable. */
  readonly carried: PayloadWriter;
  /** @throws LonghaulError PayloadMissing | PayloadCorrupt, naming `ref` */
  get(payload: StoredPayload, ref: string): Promise<Uint8Array>;
}
