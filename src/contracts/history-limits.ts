/** What a run's history weighs at most, as JSON. The payload store takes 64 MiB; the rest of the document is small. */
export const HISTORY_BYTES_MAX = 48 * 1024 * 1024;
