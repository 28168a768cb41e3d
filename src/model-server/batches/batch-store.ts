import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WireName } from '../wire-name';
import type { StoredBatch } from './batch';

const ID = /^file_[0-9a-f]{32}$/;

/** Batches and their files, in a folder beside the book: a provider forgets neither when it is started anew. */
export class BatchStore {
  readonly #batches = new Map<string, StoredBatch>();
  /** The last write of each file, until it has ended. */
  readonly #writing = new Map<string, Promise<void>>();

  private constructor(private readonly folder: string) {}

  static async open(folder: string): Promise<BatchStore> {
    const store = new BatchStore(folder);
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder)) {
      if (!/^(msg)?batch_[0-9a-f]{32}\.json$/.test(name)) continue;
      const batch = JSON.parse(await readFile(join(folder, name), 'utf8')) as StoredBatch;
      store.#batches.set(batch.id, batch);
    }
    return store;
  }

  get(id: string): StoredBatch | undefined {
    return this.#batches.get(id);
  }

  /** Newest first. */
  all(wire?: WireName): StoredBatch[] {
    const batches = [...this.#batches.values()].filter((batch) => wire === undefined || batch.wire === wire);
    return batches.sort((a, b) => b.seq - a.seq);
  }

  async save(batch: StoredBatch): Promise<void> {
    this.#batches.set(batch.id, batch);
    await this.#write(`${batch.id}.json`, JSON.stringify(batch));
  }

  async putFile(id: string, text: string): Promise<void> {
    await this.#write(`${id}.jsonl`, text);
  }

  /** Null when there is no such file. */
  async readFile(id: string): Promise<string | null> {
    if (!ID.test(id)) return null;
    return readFile(join(this.folder, `${id}.jsonl`), 'utf8').catch(() => null);
  }

  /** In turn: names of their own for two writes at once would leave whichever was renamed last, not the newer one. */
  async #write(name: string, text: string): Promise<void> {
    const before = this.#writing.get(name)?.catch(() => undefined); // told to whoever asked for that one
    const writing = Promise.resolve(before).then(() => this.#replace(name, text));
    this.#writing.set(name, writing);
    try {
      await writing;
    } finally {
      if (this.#writing.get(name) === writing) this.#writing.delete(name);
    }
  }

  /** Whole or not at all: a server that is killed meanwhile leaves what was there. */
  async #replace(name: string, text: string): Promise<void> {
    const path = join(this.folder, name);
    await writeFile(`${path}.new`, text, { mode: 0o600, flush: true });
    await rename(`${path}.new`, path);
  }
}
