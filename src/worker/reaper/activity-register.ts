import { closeSync, ftruncateSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import type { Log } from '../../adapters/log';
import { dropRegister, registerFile, type RegisterHead } from './register-file';

/** Then what is under way is written anew; a line has about 300 bytes. */
const BYTES_MAX = 1_000_000;
/** The server hears of a result some ms after the activity returned it; until then the attempt counts as under way. */
const LINGER_MS = 2_000;

/**
 * The activities that this process runs, in a file that outlives it: one short line per beginning and end, written
 * without a sync, because the operating system keeps it when the process is killed: 4 µs per line, no round trip.
 */
export class ActivityRegister {
  private readonly open = new Map<number, string>();
  private next = 1;
  private bytes = 0;
  private complained = false;
  private closed = false;

  private constructor(
    private readonly file: string,
    private readonly fd: number,
    private readonly headBytes: number,
    private readonly log: Log,
  ) {}

  /** Complete before it bears its name, so that nobody reads half a head. */
  static begin(dir: string, head: RegisterHead, log: Log): ActivityRegister {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const file = registerFile(dir);
    const fd = openSync(`${file}.new`, 'ax', 0o600); // a token lets its holder end the activity
    const headBytes = writeSync(fd, `${JSON.stringify(head)}\n`);
    renameSync(`${file}.new`, file);
    return new ActivityRegister(file, fd, headBytes, log);
  }

  /** @returns what to call when the activity has ended */
  enter(token: string): () => void {
    const id = this.next++;
    this.open.set(id, token);
    this.write(`+${id} ${token}\n`);
    return () => void setTimeout(() => this.leave(id), LINGER_MS).unref();
  }

  /** Nothing is under way any more: nobody has to look. */
  close(): void {
    this.closed = true;
    closeSync(this.fd);
    dropRegister(this.file);
  }

  private leave(id: number): void {
    this.open.delete(id);
    this.write(`-${id}\n`);
    if (this.bytes > BYTES_MAX) this.compact();
  }

  /** A kill between the two calls loses what is under way; heartbeats find it. */
  private compact(): void {
    ftruncateSync(this.fd, this.headBytes);
    this.bytes = 0;
    this.write([...this.open].map(([id, token]) => `+${id} ${token}\n`).join(''));
  }

  /** A full disk must not stop activities: without their lines a kill costs a heartbeat timeout. */
  private write(lines: string): void {
    if (this.closed) return;
    try {
      this.bytes += writeSync(this.fd, lines);
    } catch (error) {
      if (!this.complained) this.log.warn({ err: error, file: this.file }, 'activities are not registered');
      this.complained = true;
    }
  }
}
