import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResponseRecord } from './record';

const ID = /^resp_[0-9a-f]{32}$/;

/** One file per response, in a folder beside the book: what was accepted outlives the process that accepted it. */
export class ResponseStore {
  constructor(private readonly folder: string) {}

  /** Durable when it resolves; a reader never sees half a record. */
  async write(record: ResponseRecord): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const path = this.#pathOf(record.id);
    await writeFile(`${path}.new`, JSON.stringify(record), { mode: 0o600, flush: true });
    await rename(`${path}.new`, path);
  }

  async remove(id: string): Promise<void> {
    await rm(this.#pathOf(id), { force: true });
  }

  async readAll(): Promise<ResponseRecord[]> {
    const names = await readdir(this.folder).catch(absent);
    const ids = names.map((name) => name.replace(/\.json$/, '')).filter((id) => ID.test(id));
    return Promise.all(ids.map(async (id) => JSON.parse(await readFile(this.#pathOf(id), 'utf8')) as ResponseRecord));
  }

  #pathOf(id: string): string {
    return join(this.folder, `${id}.json`);
  }
}

/** Made with the first response. */
function absent(error: NodeJS.ErrnoException): string[] {
  if (error.code !== 'ENOENT') throw error;
  return [];
}
