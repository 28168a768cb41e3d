import { createPayloadStore, type PayloadSettings } from '../../adapters/payloads';
import { encodePayload } from '../../adapters/payloads/encoding';
import { readChecked } from '../../adapters/payloads/read-checked';
import type { Pool } from '../../adapters/postgres';
import { insertPayload, loadPayload } from '../../adapters/postgres/payloads';
import type { CarriedPayload } from '../../domain/artifacts/header';
import { INLINE_DRIVER, liesInline } from '../../domain/artifacts/payload-policy';
import type { EncodedPayload, Payloads } from '../../domain/artifacts/payload-store';

/** Small payloads are rows of PostgreSQL, all others lie with the driver of the settings. */
export function createPayloads(pool: Pool, settings: PayloadSettings): Payloads {
  const large = createPayloadStore(settings);
  const carry = async (raw: Uint8Array): Promise<CarriedPayload> => {
    const encoded = await encodePayload(raw);
    return liesInline(encoded.stored.byteLength) ? inline(encoded) : large.write(encoded);
  };
  return {
    carried: { put: carry },
    put: async (raw) => {
      const { content, ...stored } = await carry(raw);
      if (content !== undefined) await insertPayload(pool, stored, content);
      return stored;
    },
    get: (payload, ref) =>
      payload.driver === INLINE_DRIVER
        ? readChecked(payload, ref, () => loadPayload(pool, payload))
        : large.get(payload, ref),
  };
}

function inline({ sha256, rawBytes, stored }: EncodedPayload): CarriedPayload {
  const content = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength).toString('base64');
  return { driver: INLINE_DRIVER, sha256, bytes: stored.byteLength, rawBytes, content };
}
