/** Of the newest: who asks again does so within minutes, and a history must stay small enough to be handed on. */
const KEPT = 256;

/** Keys of what was said already, the newest of them: who says it again under its key changes nothing. */
export class SeenKeys {
  private readonly keys: Set<string>;

  constructor(carried: readonly string[] = []) {
    this.keys = new Set(carried);
  }

  has(key: string): boolean {
    return this.keys.has(key);
  }

  /** @returns whether it is new */
  add(key: string): boolean {
    if (this.keys.has(key)) return false;
    this.keys.add(key);
    const [oldest] = this.keys;
    if (this.keys.size > KEPT && oldest !== undefined) this.keys.delete(oldest);
    return true;
  }

  carry(): string[] {
    return [...this.keys];
  }
}
