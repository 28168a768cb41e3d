/**
 * What was asked of Redis without hearing what became of it: it may have been granted, also after the deadline, and
 * nobody would give it back before its lease ends. Seen with a link that was half open for a second: one permit of one
 * was held by nobody for the fifteen seconds of a lease.
 */
export class UnheardPermits<Wanted> {
  readonly #forgetAt = new Map<Wanted, number>();

  /** @param leaseMs after this nothing is held any more */
  constructor(private readonly leaseMs: number) {}

  add(nowMs: number, wanted: readonly Wanted[]): void {
    this.#forget(nowMs);
    for (const one of wanted) this.#forgetAt.set(one, nowMs + this.leaseMs);
  }

  heard(wanted: readonly Wanted[]): void {
    for (const one of wanted) this.#forgetAt.delete(one);
  }

  /** Those to be given back now; whoever still waits asks again as the same operation. */
  take(nowMs: number, stillWaits: (wanted: Wanted) => boolean): Wanted[] {
    this.#forget(nowMs);
    const unwanted = [...this.#forgetAt.keys()].filter((wanted) => !stillWaits(wanted));
    this.heard(unwanted);
    return unwanted;
  }

  #forget(nowMs: number): void {
    for (const [wanted, atMs] of this.#forgetAt) if (atMs <= nowMs) this.#forgetAt.delete(wanted);
  }
}
