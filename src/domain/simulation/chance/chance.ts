import { assert } from '../../kernel/assert';
import { philox4x32, type Words } from './philox';

/** Which number is drawn: all that decides it besides the seed. Each is an integer from 0 to 2³² − 1. */
export interface DrawAt {
  /** What it is drawn for: a world numbers its uses of chance, and never numbers them anew. */
  stream: number;
  tick: number;
  /** Whom it concerns: a product, an order, a participant. */
  entity: number;
  /** Which of several numbers for the same. */
  index?: number;
}

const TWO_32 = 0x1_0000_0000;
const TWO_26 = 0x400_0000;
const TWO_53 = 0x20_0000_0000_0000;

/**
 * Chance without a state: `draw(seed, stream, tick, entity, index)`. A decision never shifts another entity's luck, and two
 * arms of a comparison, or two branches of a fork, meet the same customers (common random numbers).
 */
export class Chance {
  readonly #key: readonly [number, number];

  /** @param seed an integer from 0 to 2⁵³ − 1 */
  constructor(seed: number) {
    assert(Number.isSafeInteger(seed) && seed >= 0, `Chance: a seed is an integer from 0 to 2^53 - 1, got ${seed}`);
    this.#key = [seed % TWO_32, Math.floor(seed / TWO_32)];
  }

  /** From 0 (possible) to 1 (never), in steps of 2⁻⁵³. */
  uniform(at: DrawAt): number {
    const [a, b] = this.#words(at);
    return ((a >>> 5) * TWO_26 + (b >>> 6)) / TWO_53;
  }

  /** From `low` (possible) to `high` (never). */
  between(low: number, high: number, at: DrawAt): number {
    return low + (high - low) * this.uniform(at);
  }

  /** An integer from `low` to `high`, both possible. */
  integer(low: number, high: number, at: DrawAt): number {
    assert(
      Number.isSafeInteger(low) && Number.isSafeInteger(high) && low <= high,
      `Chance: no integer in ${low}..${high}`,
    );
    return low + Math.floor(this.uniform(at) * (high - low + 1));
  }

  /** True with this probability: never at 0, always at 1. */
  happens(probability: number, at: DrawAt): boolean {
    return this.uniform(at) < probability;
  }

  pick<T>(items: readonly T[], at: DrawAt): T {
    assert(items.length > 0, 'Chance: nothing to pick from');
    return items[this.integer(0, items.length - 1, at)]!;
  }

  #words({ stream, tick, entity, index = 0 }: DrawAt): Words {
    const counter: Words = [index, entity, tick, stream];
    assert(
      counter.every(isWord),
      () => `Chance: stream, tick, entity and index are 32-bit integers, got ${counter.join(', ')}`,
    );
    return philox4x32(counter, this.#key);
  }
}

function isWord(value: number): boolean {
  return value >>> 0 === value;
}
