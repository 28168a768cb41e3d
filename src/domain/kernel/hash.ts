import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from './canonical-json';

/** SHA-256 as 64 lower-case hex digits. Pure JavaScript, so that it also runs in the workflow sandbox. */
export function sha256Hex(data: string | Uint8Array): string {
  return bytesToHex(sha256(typeof data === 'string' ? utf8ToBytes(data) : data));
}

/** The identity of a JSON value, independent of key order: SHA-256 of its canonical form. */
export function hashJson(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}
