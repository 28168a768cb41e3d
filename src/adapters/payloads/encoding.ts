import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gunzipSync, gzip, gzipSync } from 'node:zlib';
import type { StoredPayload } from '../../domain/artifacts/header';
import {
  isCompressed,
  keepCompressed,
  MAX_PAYLOAD_BYTES,
  worthCompressing,
} from '../../domain/artifacts/payload-policy';
import type { EncodedPayload } from '../../domain/artifacts/payload-store';
import { LonghaulError } from '../../domain/kernel/errors';

// The asynchronous forms run in the thread pool: 10 MB of JSON would hold the event loop, and so heartbeats, for 150 ms.
const compress = promisify(gzip);
const decompress = promisify(gunzip);
/** Up to here the way to a thread and back takes longer than the work: 10 KB of JSON take 0.1 ms of CPU so, and 0.3 otherwise. */
const SYNC_MAX_BYTES = 32 * 1024;

function digestOf(raw: Uint8Array): string {
  return createHash('sha256').update(raw).digest('hex');
}

/** @throws LonghaulError PayloadTooLarge */
export async function encodePayload(raw: Uint8Array): Promise<EncodedPayload> {
  if (raw.byteLength > MAX_PAYLOAD_BYTES)
    throw new LonghaulError('PayloadTooLarge', { bytes: raw.byteLength, limitBytes: MAX_PAYLOAD_BYTES });
  return { sha256: digestOf(raw), rawBytes: raw.byteLength, stored: await encode(raw) };
}

/** The bytes to store: gzip above 2 KiB where it makes them fewer. */
async function encode(raw: Uint8Array): Promise<Uint8Array> {
  if (!worthCompressing(raw.byteLength)) return raw;
  const compressed = raw.byteLength <= SYNC_MAX_BYTES ? gzipSync(raw) : await compress(raw);
  return keepCompressed(raw.byteLength, compressed.byteLength) ? compressed : raw;
}

/** What was found when stored bytes are not what the header says. */
export class DamagedPayload extends Error {
  constructor(
    readonly found: string,
    readonly bytes: number,
  ) {
    super(`digest ${found}, ${bytes} bytes`);
  }
}

/**
 * The raw bytes, checked for length and digest. Decompression stops at `rawBytes`: a file that claims to be small and
 * unpacks to gigabytes costs no more than what was published.
 *
 * @throws DamagedPayload
 */
export async function decode(stored: Uint8Array, payload: StoredPayload): Promise<Uint8Array> {
  const raw = isCompressed(payload) ? await unpack(stored, payload.rawBytes) : stored;
  const found = digestOf(raw);
  if (raw.byteLength !== payload.rawBytes || found !== payload.sha256) throw new DamagedPayload(found, raw.byteLength);
  return raw;
}

async function unpack(stored: Uint8Array, rawBytes: number): Promise<Uint8Array> {
  try {
    const options = { maxOutputLength: rawBytes };
    return rawBytes <= SYNC_MAX_BYTES ? gunzipSync(stored, options) : await decompress(stored, options);
  } catch {
    // Cut short, not gzip, or longer than published: all of them are the one finding "damaged".
    throw new DamagedPayload('(not readable as gzip)', stored.byteLength);
  }
}
