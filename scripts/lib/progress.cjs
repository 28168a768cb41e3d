'use strict';

const QUIET_REPEAT_MS = 15_000;

/**
 * Shows on stderr that `text` is under way, with the seconds so far: one line rewritten on a terminal, a line every
 * 15 s elsewhere. Stdout stays clean for `--json`. Returns `done(closing)`.
 */
function startProgress(text) {
  const startedMs = Date.now();
  const seconds = () => Math.round((Date.now() - startedMs) / 1000);
  const terminal = process.stderr.isTTY;
  process.stderr.write(terminal ? `${text} …` : `${text} …\n`);
  const timer = setInterval(
    () => process.stderr.write(terminal ? `\r${text} … ${seconds()} s` : `${text} … ${seconds()} s\n`),
    terminal ? 1_000 : QUIET_REPEAT_MS,
  );
  return (closing = 'done') => {
    clearInterval(timer);
    process.stderr.write(`${terminal ? '\r' : ''}${text}: ${closing} (${seconds()} s)\n`);
  };
}

module.exports = { startProgress };
