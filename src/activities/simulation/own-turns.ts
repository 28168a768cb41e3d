/**
 * Turns of the event loop for what computes a tenth of a second at a time: one of them in each. Heartbeats, sockets and all
 * else come in between, however many runs a process plays; without it 10 of them left no room for a timer for 8 s.
 */
export class OwnTurns {
  private readonly waiting: (() => void)[] = [];

  /** Returns at the beginning of a turn that nobody else computes in. */
  async next(): Promise<void> {
    const turn = new Promise<void>((begin) => this.waiting.push(begin));
    if (this.waiting.length === 1) this.serve();
    await turn;
  }

  private serve(): void {
    setImmediate(() => {
      this.waiting.shift()?.();
      if (this.waiting.length > 0) this.serve();
    });
  }
}
