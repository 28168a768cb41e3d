/**
 * Outbox ids a reader has had. Twice as many as a stream holds: after a flush it is filled again from the book of
 * record, and every entry that the reader knows must still be known.
 */
const CAPACITY = 200_000;

export class SeenIds {
  private readonly ids = new Set<number>();
  private floor = Number.NEGATIVE_INFINITY;

  /** True when the id is new. */
  add(id: number): boolean {
    if (id < this.floor || this.ids.has(id)) return false;
    this.ids.add(id);
    if (this.ids.size > CAPACITY) this.ids.delete(this.ids.values().next().value!);
    return true;
  }

  /** For readers that want only what comes: these were there before, and all older ones with them. */
  startAfter(ids: readonly number[]): void {
    for (const id of ids) this.add(id);
    if (ids.length > 0) this.floor = Math.min(...ids);
  }
}
