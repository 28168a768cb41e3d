import { readFile, stat } from 'node:fs/promises';
import type { StoredPayload } from '../../domain/artifacts/header';
import type { EncodedPayload, PayloadStore } from '../../domain/artifacts/payload-store';
import { isCompressed } from '../../domain/artifacts/payload-policy';
import { LonghaulError } from '../../domain/kernel/errors';
import { messageOf } from '../../domain/kernel/message-of';
import { syncFolder, writeDurably } from './durable-file';
import { DamagedPayload, decode, encodePayload } from './encoding';
import { makeFolders } from './filesystem-folders';
import { FilesystemLayout } from './filesystem-layout';
import { readChecked } from './read-checked';

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
    return this.write(await encodePayload(raw));
  }

  /** @throws LonghaulError PayloadStoreFailed */
  async write({ sha256, rawBytes, stored }: EncodedPayload): Promise<StoredPayload> {
    try {
      return await this.store({ driver: this.driver, sha256, bytes: stored.byteLength, rawBytes }, stored);
    } catch (error) {
      this.folders = undefined; // the volume may have been replaced under us
      throw failed('writing', error);
    }
  }

  /** @throws LonghaulError PayloadMissing | PayloadCorrupt | PayloadStoreFailed */
  async get(payload: StoredPayload, ref: string): Promise<Uint8Array> {
    return readChecked(payload, ref, async () => (payload.driver === this.driver ? this.found(payload) : undefined));
  }

  private async found(payload: StoredPayload): Promise<Uint8Array | undefined> {
    try {
      return await this.read(payload);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error instanceof DamagedPayload ? error : failed('reading', error);
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
      await decode(await this.read(payload), payload);
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
    return readFile(file);
  }
}

function failed(action: string, error: unknown): LonghaulError {
  const detail = messageOf(error);
  return new LonghaulError('PayloadStoreFailed', { driver: FILESYSTEM_DRIVER, action, detail }, [], { cause: error });
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}
