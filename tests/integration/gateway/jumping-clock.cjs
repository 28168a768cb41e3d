// A wall clock that is five minutes wrong from the start and jumps by CLOCK_JUMP_MS two seconds later; timers do not notice.
const now = Date.now;
const beganMs = performance.now();
const WRONG_MS = 5 * 60_000;
const JUMP_AFTER_MS = 2_000;

Date.now = () =>
  now() + WRONG_MS + (performance.now() - beganMs > JUMP_AFTER_MS ? Number(process.env.CLOCK_JUMP_MS ?? 0) : 0);
