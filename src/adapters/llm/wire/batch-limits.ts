/** What batches at any provider may take, in bytes and time, and how far back they are looked for. */

/** A batch itself is a few hundred bytes; a page of a hundred of them is far below, and so is one answer. */
export const STATE_BYTES_MAX = 8 * 1024 * 1024;
/** Several times what a batch of the largest answers comes to. */
export const FILE_BYTES_MAX = 256 * 1024 * 1024;
export const ASK_WITHIN_MS = 30_000;
export const MOVE_FILE_WITHIN_MS = 300_000;
export const PAGE = 100;
export const PAGES_MAX = 50;
/** The provider's clock may be behind ours. */
export const CLOCKS_DIFFER_MS = 3_600_000;
