import type { Response } from 'express';
import { LonghaulError } from '../../domain/kernel/errors';

/** The event streams of this process: so many at once, and none that outlives it. */
export class OpenStreams {
  private open = 0;
  private readonly ending = new AbortController();

  constructor(private readonly limit: number) {}

  /**
   * Counts a stream until its connection is done with it.
   *
   * @returns aborted when the stream is to end, because the process does
   * @throws LonghaulError TooManyStreams
   */
  enter(res: Response): AbortSignal {
    if (this.open >= this.limit) throw new LonghaulError('TooManyStreams', { limit: this.limit });
    this.open += 1;
    res.once('close', () => (this.open -= 1));
    return this.ending.signal;
  }

  /** Ends them all; those that begin later end at once. */
  end(): void {
    this.ending.abort(new Error('the API process ends'));
  }
}
