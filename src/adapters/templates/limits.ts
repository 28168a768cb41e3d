/**
 * Bounds of one rendering. The interpreter has none of its own: three million loop iterations took 9.6 s, and a
 * template of 64 KiB of spaces took 4.5 s in its tokenizer (both measured on two cores). Work is counted instead of
 * timed, because the same template must end the same way on a slow machine and in a retry.
 */
export const TEMPLATE_LIMITS = {
  /** Expressions evaluated, plus what they read or write, in units of 64 characters. A second of CPU at the very worst; five thousand items with two expressions each fit. */
  workMax: 250_000,
  outputCharsMax: 1024 * 1024,
  /** One value on the way: a text, a list with all that it holds. */
  valueCharsMax: 4 * 1024 * 1024,
  /** Of lists and objects within each other. */
  heightMax: 64,
  /** Of expressions and macro calls within each other; the JavaScript stack ends beyond a few thousand. */
  depthMax: 400,
  rangeMax: 10_000,
  indentMax: 200,
  /** The tokenizer is quadratic in runs of white space. */
  whiteSpaceRunMax: 1_000,
} as const;
