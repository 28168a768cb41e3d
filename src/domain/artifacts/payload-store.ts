import type { StoredPayload } from './header';

/**
 * The interface of every payload driver (filesystem now, object stores later). Content-addressed: the key is the
 * SHA-256 of the raw bytes, so `put` of the same bytes twice stores them once. `put` returns only when they are durable.
 */
export interface PayloadStore {
  readonly driver: string;
  put(raw: Uint8Array): Promise<StoredPayload>;
  /** @throws LonghaulError PayloadMissing | PayloadCorrupt, naming `ref` */
  get(payload: StoredPayload, ref: string): Promise<Uint8Array>;
}
