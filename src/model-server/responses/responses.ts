import { lineHead, type Book } from '../book';
import type { Counts } from '../counts';
import type { Hold } from '../hold';
import type { ResponseRecord } from './record';
import type { ResponseStore } from './store';
import { Work } from './work';

export interface ResponsesDeps {
  store: ResponseStore;
  book: Book;
  hold: Hold;
  stopping: AbortSignal;
  /** How long an ended response can be read, in ms. */
  keepMs: number;
}

/** All responses of one server, those of the process before it included. */
export class Responses {
  readonly #works = new Map<string, Work>();

  private constructor(private readonly deps: ResponsesDeps) {
    deps.stopping.addEventListener('abort', () => this.#works.forEach((work) => work.leave()));
  }

  static async open(deps: ResponsesDeps): Promise<Responses> {
    const responses = new Responses(deps);
    // They stand in the book and in the counts of the process that accepted them.
    for (const record of await deps.store.readAll()) responses.#work(record, { completed: 0, cut: 0 });
    return responses;
  }

  /** Resolves when the response is stored, and so outlives this process. */
  async begin(record: ResponseRecord, counts: Pick<Counts, 'completed' | 'cut'>): Promise<Work> {
    if (record.store) await this.deps.store.write(record);
    return this.#work(record, counts);
  }

  /** Undefined when there never was one, it was not stored, or its time is over. */
  async find(id: string): Promise<Work | undefined> {
    const work = this.#works.get(id);
    if (!work?.record.store) return undefined;
    const endedAtMs = work.record.ended?.atMs;
    if (endedAtMs === undefined || Date.now() - endedAtMs < this.deps.keepMs) return work;
    await this.remove(id);
    return undefined;
  }

  async remove(id: string): Promise<void> {
    this.#works.delete(id);
    await this.deps.store.remove(id);
  }

  #work(record: ResponseRecord, counts: Pick<Counts, 'completed' | 'cut'>): Work {
    const work: Work = new Work(record, {
      mayBegin: (signal) => this.deps.hold.pass(signal),
      end: (ended) => this.#end(work, ended, counts),
    });
    this.#works.set(record.id, work);
    work.ended.catch(() => void counts.cut++); // left to the next process
    return work;
  }

  async #end(work: Work, record: ResponseRecord, counts: Pick<Counts, 'completed' | 'cut'>): Promise<void> {
    if (record.store) await this.deps.store.write(record);
    else this.#works.delete(record.id);
    const kind = record.ended?.status === 'cancelled' ? 'cut' : 'completed';
    counts[kind]++;
    this.deps.book.note({ kind, ...lineHead(record, new Date()), bytesSent: work.bytesSent });
  }
}
