/**
 * Asserts guard invariants and stay on in production: a broken invariant stops the run with a report instead of
 * spending money on a state nobody understands. Operating errors (a refused budget, a bad graph) are not asserts;
 * they are rows of the error table.
 */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/**
 * @param detail what was expected and what came; a function where building the text costs more than the check
 * @throws InvariantError when `condition` is false
 */
export function assert(condition: unknown, detail: string | (() => string)): asserts condition {
  if (!condition) throw new InvariantError(typeof detail === 'string' ? detail : detail());
}

/** Exhaustiveness: the compiler proves it unreachable, and data from outside the types still fails loudly. */
export function assertNever(value: never, where: string): never {
  throw new InvariantError(`${where}: unexpected value ${JSON.stringify(value)}`);
}

/** Returns the value it checked, so that the check cannot be forgotten. */
export function present<T>(value: T | null | undefined, detail: string): T {
  assert(value !== null && value !== undefined, detail);
  return value;
}
