/**
 * Holds accepted answers open until they are released, so that a test can look at a moment ("ten sent, ninety
 * waiting") without guessing how long it lasts.
 */
export class Hold {
  #holding = false;
  readonly #held: Array<() => void> = [];

  get state(): { holding: boolean; held: number } {
    return { holding: this.#holding, held: this.#held.length };
  }

  start(): void {
    this.#holding = true;
  }

  /** Lets the `count` oldest go and keeps holding; without a count lets all go and holds no more. */
  release(count?: number): void {
    if (count === undefined) this.#holding = false;
    for (const go of this.#held.splice(0, count ?? this.#held.length)) go();
  }

  /** Resolves when the caller may answer, or has nobody left to answer. */
  async pass(signal: AbortSignal): Promise<void> {
    if (!this.#holding || signal.aborted) return;
    await new Promise<void>((go) => {
      this.#held.push(go);
      signal.addEventListener('abort', () => this.#leave(go), { once: true });
    });
  }

  #leave(go: () => void): void {
    const index = this.#held.indexOf(go);
    if (index >= 0) this.#held.splice(index, 1);
    go();
  }
}
