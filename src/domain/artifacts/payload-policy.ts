import type { StoredPayload } from './header';

/** Below this size gzip saves less than the block of the file system it occupies. */
export const GZIP_ABOVE_BYTES = 2048;

/** The driver of payloads that are rows of PostgreSQL. */
export const INLINE_DRIVER = 'inline';

/** Above this size, as stored, the log, the table and each backup would carry more than a file's two waits for the disk cost. */
export const INLINE_MAX_BYTES = 8 * 1024;

/** A payload is held in memory whole by writer and reader, so it must be bounded: 64 MiB. */
export const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;

const SHA256_HEX = /^[0-9a-f]{64}$/;

/** The one place that says where a payload lies. */
export function liesInline(storedBytes: number): boolean {
  return storedBytes <= INLINE_MAX_BYTES;
}

export function worthCompressing(rawBytes: number): boolean {
  return rawBytes > GZIP_ABOVE_BYTES;
}

/** Kept only when it is really smaller; noise and pictures are stored as they are. */
export function keepCompressed(rawBytes: number, compressedBytes: number): boolean {
  return compressedBytes < rawBytes;
}

/** No flag is needed: a payload is stored compressed exactly when it is stored smaller than it is. */
export function isCompressed(payload: StoredPayload): boolean {
  return payload.bytes < payload.rawBytes;
}

/**
 * Whether a header's address may be turned into a place in a store at all. Everything else (`../`, upper case, a
 * length nobody could have stored) is no address, so no driver ever builds a path or a key from it.
 */
export function isPayloadAddress(payload: StoredPayload): boolean {
  const { sha256, bytes, rawBytes } = payload;
  return SHA256_HEX.test(sha256) && isSize(rawBytes) && isSize(bytes) && bytes <= rawBytes;
}

function isSize(bytes: number): boolean {
  return Number.isSafeInteger(bytes) && bytes >= 0 && bytes <= MAX_PAYLOAD_BYTES;
}
