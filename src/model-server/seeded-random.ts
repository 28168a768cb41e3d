import { createHash } from 'node:crypto';

const BITS_48 = 2 ** 48;

/**
 * Chance as a pure function of a key: draw number k is SHA-256(key, k). Nothing is shared between two keys, so an
 * answer does not depend on which requests came before it, as it would with one generator for the whole server.
 */
export class SeededRandom {
  #draws = 0;

  constructor(private readonly key: string) {}

  /** Uniform in [0, 1), with 48 bits. */
  next(): number {
    const digest = createHash('sha256').update(`${this.key}\n${this.#draws++}`).digest();
    return digest.readUIntBE(0, 6) / BITS_48;
  }

  /** Uniform integer in [min, max]. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** `items` must not be empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)]!;
  }

  /** Standard normal (Box–Muller); 1 - next() keeps the logarithm finite. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** Upper-case hex digits, for readable references. */
  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.integer(0, 15).toString(16).toUpperCase()).join('');
  }
}
