import { EXIT, Interrupted } from './exit';

/** npm hands a terminal's Ctrl-C on to a program that the terminal has told already: one keystroke arrives twice. */
const SAME_KEYSTROKE_MS = 1_000;

/**
 * Turns Ctrl-C, SIGTERM and a closed terminal into an abort, so that what is under way can be stopped in order.
 * A second Ctrl-C, a second later or more, ends at once.
 */
export function onInterrupt(): AbortController {
  const controller = new AbortController();
  let firstMs: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (firstMs === undefined) controller.abort(new Interrupted(signal));
      firstMs ??= performance.now();
      if (performance.now() - firstMs > SAME_KEYSTROKE_MS) process.exit(EXIT.interrupted);
    });
  return controller;
}
