const REMEMBERED_MAX = 100_000;

/** How often a key was seen; forgets the oldest keys, so that a server that runs for weeks stays small. */
export class RepeatCount {
  readonly #seen = new Map<string, number>();

  /** @returns 0 for the first time. */
  next(key: string): number {
    const before = this.#seen.get(key) ?? 0;
    this.#seen.delete(key);
    this.#seen.set(key, before + 1);
    if (this.#seen.size > REMEMBERED_MAX) this.#seen.delete(this.#seen.keys().next().value!);
    return before;
  }
}
