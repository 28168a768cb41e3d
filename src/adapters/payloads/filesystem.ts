import { readFile, stat } from 'node:fs/promises';
import type { StoredPayload } from '../../domain/artifacts/header';
import type { PayloadStore } from '../../domain/artifacts/payload-store';
import { isCompressed, isPayloadAddress, MAX_PAYLOAD_BYTES } from '../../domain/artifacts/payload-policy';
import { LonghaulError } from '../../domain/kernel/errors';
import { messageOf } from '../../domain/kernel/message-of';
import { syncFolder, writeDurably } from './durable-file';
import { DamagedPayload, decode, digestOf, encode } from './encoding';
import { makeFolders } from './filesystem-folders';
import { FilesystemLayout } from './filesystem-layout';

export const FILESYSTEM_DRIVER = 'filesystem';

/** Payloads as files below one folder, which all workers and the API share. */
export class FilesystemPayloadStore implements PayloadStore {
  readonly driver = FILESYSTEM_DRIVER;
  private readonly layout: FilesystemLayout;
  private folders: Promise<void> | undefined;

  constructor(root: string) {
    this.layout = new FilesystemLayout(root);
  }

  /**
   * Returns when the bytes and their name are durable, also when somebody else stored them before.
   *
   * @throws LonghaulError PayloadTooLarge | PayloadStoreFailed (retryable: disk full, volume gone)
   */
  async put(raw: Uint8Array): Promise<StoredPayload> {
    if (raw.byteLength > MAX_PAYLOAD_BYTES) {
      throw new LonghaulError('PayloadTooLarge', { bytes: raw.byteLength, limitBytes: MAX_PAYLOAD_BYTES });
    }
    const encoded = await encode(raw);
    const payload = { driver: this.driver, sha256: digestOf(raw), bytes: encoded.byteLength, rawBytes: raw.byteLength };
    try {
      return await this.store(payload, encoded);
    } catch (error) {
      this.folders = undefined; // the volume may have been replaced under us
      throw failed('writing', error);
    }
  }

  /** @throws LonghaulError PayloadMissing | PayloadCorrupt | PayloadStoreFailed */
  async get(payload: StoredPayload, ref: string): Promise<Uint8Array> {
    const named = { ref, sha256: payload.sha256.slice(0, 64), driver: payload.driver };
    if (payload.driver !== this.driver || !isPayloadAddress(payload)) throw new LonghaulError('PayloadMissing', named);
    try {
      return await this.read(payload);
    } catch (error) {
      if (error instanceof DamagedPayload) {
        throw new LonghaulError('PayloadCorrupt', { ...named, found: error.found, bytes: error.bytes }, [], {
          cause: error,
        });
      }
      if (codeOf(error) === 'ENOENT') throw new LonghaulError('PayloadMissing', named, [], { cause: error });
      throw failed('reading', error);
    }
  }

  private async store(payload: StoredPayload, encoded: Uint8Array): Promise<StoredPayload> {
    const folder = this.layout.folderOf(payload.sha256);
    await (this.folders ??= makeFolders(this.layout)); // a failure is forgotten by `put`
    const present = await this.presentBytes(payload);
    if (present !== undefined) {
      await syncFolder(folder); // its writer may have died between rename and fsync
      return { ...payload, bytes: present };
    }
    const file = this.layout.fileOf(payload.sha256, isCompressed(payload));
    await writeDurably(file, this.layout.newTemporaryFile(), encoded);
    return payload;
  }

  /** Stored size if the payload is there and sound. A damaged file counts as absent, so publishing again mends it. */
  private async presentBytes(payload: StoredPayload): Promise<number | undefined> {
    try {
      await this.read(payload);
      return (await stat(this.layout.fileOf(payload.sha256, isCompressed(payload)))).size;
    } catch (error) {
      if (error instanceof DamagedPayload || codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  private async read(payload: StoredPayload): Promise<Uint8Array> {
    const file = this.layout.fileOf(payload.sha256, isCompressed(payload));
    const { size } = await stat(file);
    // Looked at before reading, so that a wrong file of any size costs no memory.
    if (size > payload.rawBytes) throw new DamagedPayload('(not read)', size);
    return decode(await readFile(file), payload);
  }
}

function failed(action: string, error: unknown): LonghaulError {
  const detail = messageOf(error);
  return new LonghaulError('PayloadStoreFailed', { driver: FILESYSTEM_DRIVER, action, detail }, [], { cause: error });
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}
