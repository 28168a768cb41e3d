import type { OwnTurns } from './own-turns';

/** The stretches of one run that this process has under way take turns: each begins where the one before it ends. */
export class RecordingTurns {
  /** By run and the last tick they write. */
  private readonly underWay = new Map<string, Promise<unknown>>();

  constructor(private readonly own: OwnTurns) {}

  /** Waits for what ends after tick `from`, however it ends: whether there is a gap is for the record to say. */
  async take<T>(runId: string, { from, to }: { from: number; to: number }, work: () => Promise<T>): Promise<T> {
    const key = keyOf(runId, to);
    const ended = this.behind(this.underWay.get(keyOf(runId, from)), work);
    this.underWay.set(key, ended);
    try {
      return await ended;
    } finally {
      if (this.underWay.get(key) === ended) this.underWay.delete(key);
    }
  }

  /** Computing holds the thread: what is done is told first, or the workflow would hear of it a stretch later. */
  private async behind<T>(before: Promise<unknown> | undefined, work: () => Promise<T>): Promise<T> {
    if (before) await Promise.allSettled([before]);
    await this.own.next();
    return await work();
  }
}

function keyOf(runId: string, tick: number): string {
  return `${runId}/${tick}`;
}
