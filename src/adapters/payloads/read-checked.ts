import type { StoredPayload } from '../../domain/artifacts/header';
import { isPayloadAddress } from '../../domain/artifacts/payload-policy';
import { LonghaulError } from '../../domain/kernel/errors';
import { DamagedPayload, decode } from './encoding';

/**
 * What every place of payloads does on reading. `read` brings the stored bytes, or undefined where there are none; it is
 * not asked for what is no address.
 *
 * @throws LonghaulError PayloadMissing | PayloadCorrupt, or what `read` throws
 */
export async function readChecked(
  payload: StoredPayload,
  ref: string,
  read: () => Promise<Uint8Array | undefined>,
): Promise<Uint8Array> {
  const named = { ref, sha256: payload.sha256.slice(0, 64), driver: payload.driver };
  try {
    const stored = isPayloadAddress(payload) ? await read() : undefined;
    if (stored === undefined) throw new LonghaulError('PayloadMissing', named);
    return await decode(stored, payload);
  } catch (error) {
    if (!(error instanceof DamagedPayload)) throw error;
    const { found, bytes } = error;
    throw new LonghaulError('PayloadCorrupt', { ...named, found, bytes }, [], { cause: error });
  }
}
