import type { PartitionMessage } from '../world';

/** By tick, then by the order of the partitions, then as each said it: nothing in it depends on who was faster. */
export function inOrder<T extends { position: number; message: PartitionMessage }>(said: readonly T[]): T[] {
  // Sorting is stable, and each partition's messages come in the order in which it said them.
  return [...said].sort((one, other) => one.message.tick - other.message.tick || one.position - other.position);
}
